import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** What takes minutes, and the machine for itself. Not part of `npm test`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/**/*.soak-spec.ts'],
    testTimeout: 120_000,
    maxWorkers: 1,
  },
});
