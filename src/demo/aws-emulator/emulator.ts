import { cloudwatchOperations } from './cloudwatch/cloudwatch-operations.js';
import { logsOperations } from './logs/logs-operations.js';
import { type AwsEmulator, type AwsEmulatorOptions, runEmulator } from './running-emulator.js';
import { createWorld } from './world.js';

export { type AwsEmulator, type AwsEmulatorOptions } from './running-emulator.js';

/**
 * Starts STS, CloudWatch Logs and CloudWatch on one port of 127.0.0.1, with two accounts of sample data.
 * @throws Error with NODE_ENV=production: its keys are public
 */
export function startAwsEmulator(options: AwsEmulatorOptions = {}): Promise<AwsEmulator> {
  const world = createWorld(options.now ?? (() => new Date()), options.linkedAccounts);
  return runEmulator({ logs: logsOperations(world), monitoring: cloudwatchOperations(world) }, options);
}
