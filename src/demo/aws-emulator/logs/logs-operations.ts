import { AwsFault, type Operation, type OperationContext, type OperationTable } from '../operation.js';
import type { LogsStore } from './logs-store.js';
import { anomalyResources, listAnomalies, listLogAnomalyDetectors } from './operations/anomaly-operations.js';
import { filterLogEvents } from './operations/filter-log-events.js';
import { getLogEvents } from './operations/get-log-events.js';
import { getLogGroupFields, getLogRecord, recordResources } from './operations/get-log-record.js';
import {
  createLogGroup,
  createLogStream,
  describeLogGroups,
  describeLogStreams,
} from './operations/log-group-operations.js';
import { groupResources } from './operations/log-group-reference.js';
import { putLogEvents } from './operations/put-log-events.js';
import {
  describeQueries,
  describeQueryDefinitions,
  getQueryResults,
  queryResultResources,
  stopQuery,
} from './operations/query-operations.js';
import { startQuery, startQueryResources } from './operations/start-query.js';

/** The accounts' log stores; `World` is one. */
export interface LogsWorld {
  account(id: string): { readonly logs: LogsStore } | undefined;
}

type Handle<I> = (input: I, store: LogsStore, context: OperationContext) => object | Promise<object>;
type Resources<I> = (input: I, context: OperationContext) => readonly string[];

/** CloudWatch Logs, as far as the emulator has it; every call sees the log groups of its own account only. */
export function logsOperations(world: LogsWorld): OperationTable {
  const storeOf = ({ accountId }: OperationContext): LogsStore => {
    const account = world.account(accountId);
    if (account) return account.logs;
    throw new AwsFault('ResourceNotFoundException', `The AWS emulator has no data for the account ${accountId}.`);
  };
  const operation = <I>(handle: Handle<I>, resources?: Resources<I>): Operation => ({
    ...(resources ? { resources } : {}),
    handle: (input: I, context) => handle(input, storeOf(context), context),
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
    StartQuery: operation(startQuery, startQueryResources),
    GetQueryResults: operation(getQueryResults, (input, context) =>
      queryResultResources(input, world.account(context.accountId)?.logs, context),
    ),
    StopQuery: operation(stopQuery),
    DescribeQueries: operation(describeQueries),
    DescribeQueryDefinitions: operation(describeQueryDefinitions),
    ListLogAnomalyDetectors: operation(listLogAnomalyDetectors, (_input, context) => anomalyResources({}, context)),
    ListAnomalies: operation(listAnomalies, anomalyResources),
  };
}
