import { cloudwatchOperations } from './cloudwatch/cloudwatch-operations.js';
import { logsOperations } from './logs/logs-operations.js';
import type { OperationTable } from './operation.js';
import { promqlOperations } from './promql/promql-operations.js';
import { type AwsEmulator, type AwsEmulatorOptions, runEmulator } from './running-emulator.js';
import { createWorld } from './world.js';

export { type AwsEmulator, type AwsEmulatorOptions } from './running-emulator.js';

/**
 * Starts STS, CloudWatch Logs and CloudWatch on one port of 127.0.0.1, with two accounts of sample data.
 * @throws Error with NODE_ENV=production: its keys are public
 */
export function startAwsEmulator(options: AwsEmulatorOptions = {}): Promise<AwsEmulator> {
  const { now = () => new Date(), linkedAccounts, furtherAlarms, roles = [] } = options;
  const accounts = roles.map(({ accountId }) => accountId);
  const world = createWorld(now, linkedAccounts, furtherAlarms, accounts);
  const { operations = {} } = options;
  return runEmulator(
    {
      logs: overridden(logsOperations(world), operations.logs),
      monitoring: overridden({ ...cloudwatchOperations(world), ...promqlOperations(world) }, operations.monitoring),
    },
    options,
  );
}

/** Other answers to the same operations; who may call them stays as it was. */
function overridden(table: OperationTable, others: OperationTable = {}): OperationTable {
  const changed = Object.entries(others).map(([name, other]) => [name, { ...table[name], ...other }] as const);
  return { ...table, ...Object.fromEntries(changed) };
}
