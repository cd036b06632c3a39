import { AwsFault, type OperationContext } from '../../operation.js';
import type { LogGroup } from '../log-group.js';
import type { LogsStore } from '../logs-store.js';
import { invalidParameter } from './input-checks.js';

const ARN = /^arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:([^:*]+)(?::\*)?$/;

/** ARN of a log group without the trailing `:*`. */
export function logGroupArn(name: string, { region, accountId }: OperationContext): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}

/** Operations that work on one group take its name or its identifier, never both. */
export interface GroupInput {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
}

/** What IAM is asked about for an operation on one log group. */
export function groupResources(input: GroupInput, context: OperationContext): string[] {
  return [resourceOf(input.logGroupIdentifier ?? input.logGroupName ?? '', context)];
}

/** An identifier (name or ARN) as the ARN IAM is asked about. */
export function resourceOf(identifier: string, context: OperationContext): string {
  return ARN.test(identifier) ? identifier.replace(/:\*$/, '') : logGroupArn(identifier, context);
}

/** @throws AwsFault when none or both are given, and when the group does not exist */
export function groupOf(
  input: GroupInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores = new Map(),
): LogGroup {
  const { logGroupName, logGroupIdentifier } = input;
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalidParameter('Exactly one of logGroupName and logGroupIdentifier must be given.');
  }
  return existingGroup(logGroupIdentifier ?? logGroupName ?? '', store, context, linked);
}

/** @throws AwsFault InvalidOperationException for a group of a class that only Insights reads */
export function requireStandard(operation: string, { name, settings: { logGroupClass } }: LogGroup): void {
  if (logGroupClass === 'STANDARD') return;
  throw new AwsFault(
    'InvalidOperationException',
    `${operation} does not read the log group ${name}: its class is ${logGroupClass}.`,
  );
}

/** The stores of the accounts linked to the caller's, by their id. */
export type LinkedStores = ReadonlyMap<string, LogsStore>;

/**
 * Finds a group by name or ARN.
 * @throws AwsFault ResourceNotFoundException, also for an ARN of another region or of an account that is not linked
 */
export function existingGroup(
  identifier: string,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores = new Map(),
): LogGroup {
  const [, region = context.region, accountId = context.accountId, nameInArn] = ARN.exec(identifier) ?? [];
  const reached = accountId === context.accountId ? store : linked.get(accountId);
  const group = region === context.region ? reached?.group(nameInArn ?? identifier) : undefined;
  if (group) return group;
  const name = nameInArn ?? identifier;
  throw new AwsFault('ResourceNotFoundException', `Log group '${name}' does not exist for account ID '${accountId}'`);
}
