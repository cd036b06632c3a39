import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** Limits counted in a real Redis. Not part of `npm test`, which needs no redis-server. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/limits/**/*.redis-spec.ts'],
    testTimeout: 60_000,
    // What is measured here is time: one file after the other.
    maxWorkers: 1,
  },
});
