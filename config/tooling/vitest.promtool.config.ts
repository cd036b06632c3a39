import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** The alerts of Prometheus. Not part of `npm test`, which needs no promtool. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/monitoring/**/*.promtool-spec.ts'] },
});
