import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The packages of npm, packed, installed and started. Not part of `npm test`, which needs no registry. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/packages/**/*.packages-spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
