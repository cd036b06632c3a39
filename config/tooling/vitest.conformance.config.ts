import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The protocol's official conformance suite. Not part of `npm test`, which needs no dist. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/conformance/**/*.conformance-spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
