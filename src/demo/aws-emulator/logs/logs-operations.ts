import { AwsFault, type Operation, type OperationContext, type OperationTable } from '../operation.js';
import type { LogsStore } from './logs-store.js';
import { anomalyResources, listAnomalies, listLogAnomalyDetectors } from './operations/anomaly-operations.js';
import { describeQueries } from './operations/describe-queries.js';
import { filterLogEvents } from './operations/filter-log-events.js';
import { getLogEvents } from './operations/get-log-events.js';
import { getLogGroupFields, getLogRecord, recordResources } from './operations/get-log-record.js';
import {
  describeAccountPolicies,
  describeFieldIndexes,
  describeIndexPolicies,
  indexResources,
} from './operations/index-operations.js';
import {
  createLogGroup,
  createLogStream,
  describeLogGroups,
  describeLogStreams,
} from './operations/log-group-operations.js';
import { groupResources, type LinkedStores } from './operations/log-group-reference.js';
import { putLogEvents } from './operations/put-log-events.js';
import {
  describeQueryDefinitions,
  getQueryResults,
  queryResultResources,
  stopQuery,
} from './operations/query-operations.js';
import { liveTailResources, startLiveTail } from './operations/start-live-tail.js';
import { startQuery, startQueryResources } from './operations/start-query.js';

/** The accounts' log stores; `World` is one. */
export interface LogsWorld {
  account(id: string): { readonly logs: LogsStore } | undefined;
  /** The accounts that an account reads from besides itself; absent: none. */
  linkedTo?(id: string): readonly { readonly id: string; readonly logs: LogsStore }[];
}

type Handle<I> = (
  input: I,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores,
) => object | Promise<object>;
type Resources<I> = (input: I, context: OperationContext) => readonly string[];

/** CloudWatch Logs, as far as the emulator has it; every call sees its own account and what is linked to it. */
export function logsOperations(world: LogsWorld): OperationTable {
  const storeOf = ({ accountId }: OperationContext): LogsStore => {
    const account = world.account(accountId);
    if (account) return account.logs;
    throw new AwsFault('ResourceNotFoundException', `The AWS emulator has no data for the account ${accountId}.`);
  };
  const linkedTo = ({ accountId }: OperationContext): LinkedStores =>
    new Map((world.linkedTo?.(accountId) ?? []).map(({ id, logs }) => [id, logs]));
  const operation = <I>(handle: Handle<I>, resources?: Resources<I>): Operation => ({
    ...(resources ? { resources } : {}),
    handle: (input: I, context) => handle(input, storeOf(context), context, linkedTo(context)),
  });

  return {
    DescribeLogGroups: operation(describeLogGroups),
    DescribeLogStreams: operation(describeLogStreams, groupResources),
    CreateLogGroup: operation(createLogGroup, groupResources),
    CreateLogStream: operation(createLogStream, groupResources),
    PutLogEvents: operation(putLogEvents, groupResources),
    FilterLogEvents: operation(filterLogEvents, groupResources),
    GetLogEvents: operation(getLogEvents, groupResources),
    GetLogRecord: operation(getLogRecord, recordResources),
    GetLogGroupFields: operation(getLogGroupFields, groupResources),
    StartLiveTail: operation(startLiveTail, liveTailResources),
    StartQuery: operation(startQuery, startQueryResources),
    GetQueryResults: operation(getQueryResults, (input, context) =>
      queryResultResources(input, world.account(context.accountId)?.logs, context),
    ),
    StopQuery: operation(stopQuery),
    DescribeQueries: operation(describeQueries),
    DescribeIndexPolicies: operation(describeIndexPolicies, indexResources),
    DescribeFieldIndexes: operation(describeFieldIndexes, indexResources),
    DescribeAccountPolicies: operation(describeAccountPolicies),
    DescribeQueryDefinitions: operation(describeQueryDefinitions),
    ListLogAnomalyDetectors: operation(listLogAnomalyDetectors, (_input, context) => anomalyResources({}, context)),
    ListAnomalies: operation(listAnomalies, anomalyResources),
  };
}
