import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The image built and run, as docs/deployment.md says. Not part of `npm test`: it needs root and Debian's buildah. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/image/**/*.image-spec.ts'],
    globalSetup: ['test/image/set-up.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
