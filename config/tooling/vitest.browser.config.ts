import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The sign-in suite: real clients, a real browser. Not part of `npm test`, which needs neither. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/browser/**/*.browser-spec.ts'],
    testTimeout: 90_000,
    // Most of the time goes by waiting for tokens to expire.
    maxWorkers: 4,
  },
});
