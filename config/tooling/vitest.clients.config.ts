import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** Real clients against the running demo. Not part of `npm test`: it needs the demo built, and ten programs started. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/clients/**/*.clients-spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    maxWorkers: 1,
  },
});
