import type {
  CreateLogGroupCommandInput,
  CreateLogStreamCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  LogGroup as LogGroupOutput,
  LogStream as LogStreamOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault, type OperationContext } from '../../operation.js';
import type { LogGroup, LogStreamState } from '../log-group.js';
import type { LogsStore } from '../logs-store.js';
import { boundedInteger, invalidParameter, pageOf, required } from './input-checks.js';
import { groupOf, type LinkedStores, logGroupArn } from './log-group-reference.js';

type Output<T> = Omit<T, '$metadata'>;

/** Lists groups by name. A pattern search gives no more than name, ARN and creation time, as AWS has it. */
export function describeLogGroups(
  input: DescribeLogGroupsCommandInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores = new Map(),
): Output<DescribeLogGroupsCommandOutput> {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers: identifiers } = input;
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  }
  if (input.accountIdentifiers && !input.includeLinkedAccounts) {
    throw invalidParameter('accountIdentifiers can only be given with includeLinkedAccounts.');
  }
  const size = boundedInteger('limit', input.limit, 1, 50, 50);
  const stores = [[context.accountId, store] as const, ...(input.includeLinkedAccounts ? linked : [])];
  const groups = stores
    .filter(([id]) => !input.accountIdentifiers?.length || input.accountIdentifiers.includes(id))
    .flatMap(([accountId, of]) => of.groups().map((group) => ({ group, owner: { ...context, accountId } })))
    .filter(
      ({ group, owner }) =>
        (prefix === undefined || group.name.startsWith(prefix)) &&
        (pattern === undefined || group.name.toLowerCase().includes(pattern.toLowerCase())) &&
        (input.logGroupClass === undefined || group.settings.logGroupClass === input.logGroupClass) &&
        (!identifiers?.length || identifiers.some((identifier) => identifies(identifier, group, owner))),
    );
  const page = pageOf(groups, size, input.nextToken);
  const describe = pattern === undefined ? describeGroup : identifyGroup;
  return { logGroups: page.items.map(({ group, owner }) => describe(group, owner)), nextToken: page.nextToken };
}

function identifies(identifier: string, group: LogGroup, context: OperationContext): boolean {
  return identifier === group.name || identifier.replace(/:\*$/, '') === logGroupArn(group.name, context);
}

function identifyGroup(group: LogGroup, context: OperationContext): LogGroupOutput {
  const logGroupArnText = logGroupArn(group.name, context);
  return {
    logGroupName: group.name,
    creationTime: group.settings.creationTime,
    arn: `${logGroupArnText}:*`,
    logGroupArn: logGroupArnText,
  };
}

function describeGroup(group: LogGroup, context: OperationContext): LogGroupOutput {
  const { retentionInDays, metricFilterCount, logGroupClass } = group.settings;
  return {
    ...identifyGroup(group, context),
    retentionInDays,
    metricFilterCount,
    storedBytes: group.storedBytes,
    logGroupClass,
  };
}

/** Lists a group's streams by name or by their last event. */
export function describeLogStreams(
  input: DescribeLogStreamsCommandInput,
  store: LogsStore,
  context: OperationContext,
): Output<DescribeLogStreamsCommandOutput> {
  const group = groupOf(input, store, context);
  const prefix = input.logStreamNamePrefix;
  if (input.orderBy === 'LastEventTime' && prefix !== undefined) {
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const size = boundedInteger('limit', input.limit, 1, 50, 50);
  const order = input.orderBy === 'LastEventTime' ? byLastEvent : byName;
  const streams = group.streams().filter(({ name }) => prefix === undefined || name.startsWith(prefix));
  streams.sort((left, right) => (input.descending ? order(right, left) : order(left, right)));
  const page = pageOf(streams, size, input.nextToken);
  return {
    logStreams: page.items.map((stream) => describeStream(stream, group, context)),
    nextToken: page.nextToken,
  };
}

function describeStream(stream: LogStreamState, group: LogGroup, context: OperationContext): LogStreamOutput {
  const { name, creationTime, firstEventTimestamp, lastEventTimestamp } = stream;
  return {
    logStreamName: name,
    creationTime,
    firstEventTimestamp,
    lastEventTimestamp,
    lastIngestionTime: lastEventTimestamp,
    arn: `${logGroupArn(group.name, context)}:log-stream:${name}`,
    storedBytes: 0,
  };
}

function byName(left: LogStreamState, right: LogStreamState): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

function byLastEvent(left: LogStreamState, right: LogStreamState): number {
  return (left.lastEventTimestamp ?? 0) - (right.lastEventTimestamp ?? 0) || byName(left, right);
}

/** Creates an empty group. */
export function createLogGroup(input: CreateLogGroupCommandInput, store: LogsStore): object {
  const name = required('logGroupName', input.logGroupName);
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) throw invalidParameter(`${name} is not a valid log group name.`);
  if (store.group(name)) {
    throw new AwsFault('ResourceAlreadyExistsException', 'The specified log group already exists');
  }
  store.createGroup(name, input.logGroupClass === 'INFREQUENT_ACCESS' ? 'INFREQUENT_ACCESS' : 'STANDARD');
  return {};
}

/** Creates an empty stream in a group. */
export function createLogStream(
  input: CreateLogStreamCommandInput,
  store: LogsStore,
  context: OperationContext,
): object {
  const group = groupOf({ logGroupName: input.logGroupName }, store, context);
  const name = required('logStreamName', input.logStreamName);
  if (group.stream(name)) {
    throw new AwsFault('ResourceAlreadyExistsException', 'The specified log stream already exists');
  }
  group.createStream(name);
  return {};
}
