import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  test: {
    root,
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts', 'test/**/*.e2e-spec.ts'],
    setupFiles: ['test/support/no-outbound.ts'],
    // Processes, not threads: what a test measures of its own CPU and environment is its own.
    pool: 'forks',
    // More than cores: much of a test's time is waiting.
    maxWorkers: 4,
    isolate: false,
    // A hung test costs a minute, a slow machine must cost nothing.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/summary-reporter.ts'],
    // The server's own AWS identity in every test is the emulator's server role: nothing real is ever within reach.
    env: {
      AWS_ACCESS_KEY_ID: 'AKIAEMULATORSERVER01',
      AWS_SECRET_ACCESS_KEY: 'emulator-server-secret-access-key-000001',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent/aws-config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/aws-credentials',
      AWS_REGION: '',
      AWS_PROFILE: '',
    },
  },
});
