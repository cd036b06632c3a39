import type { StartQueryCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { randomUUID } from 'node:crypto';
import { AwsFault, type OperationContext } from '../../operation.js';
import { translate } from '../insights/other-languages.js';
import { MAX_LIMIT, parseQuery } from '../insights/query-parser.js';
import type { Query } from '../insights/query.js';
import type { LogGroup } from '../log-group.js';
import type { LogsStore } from '../logs-store.js';
import { QueryRun } from '../query-run.js';
import { boundedInteger, invalidParameter, required } from './input-checks.js';
import { existingGroup, type LinkedStores, logGroupArn, resourceOf } from './log-group-reference.js';

const MAX_GROUPS = 50;
const MAX_QUERY_LENGTH = 10_000;
const DEFAULT_LIMIT = 10_000;
const DAY_MS = 86_400_000;

/** What IAM is asked about: each group, or all of them where the query text chooses in ways only AWS knows (`SOURCE`). */
export function startQueryResources(input: StartQueryCommandInput, context: OperationContext): string[] {
  const identifiers = [...identifiersOf(input), ...sourcesOf(input)];
  if (identifiers.length === 0) return [logGroupArn('*', context)];
  return identifiers.map((identifier) => resourceOf(identifier, context));
}

/**
 * Starts a query; times are whole seconds since the epoch, both included.
 * @throws AwsFault as AWS does: malformed query, unknown group, too many running
 */
export function startQuery(
  input: StartQueryCommandInput,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores = new Map(),
): { readonly queryId: string } {
  const { from, to } = timeRange(input);
  const queryString = required('queryString', input.queryString);
  if (queryString.length > MAX_QUERY_LENGTH) {
    throw invalidParameter(`The queryString is longer than ${MAX_QUERY_LENGTH} characters.`);
  }
  const language = input.queryLanguage ?? 'CWLI';
  const limit = boundedInteger('limit', input.limit, 1, language === 'CWLI' ? MAX_LIMIT : DEFAULT_LIMIT, DEFAULT_LIMIT);
  const { text, sources } = translate(queryString, language);
  const query = parseQuery(text);
  const groups = groupsOf(withSources(input, sources), query, store, context, linked);
  checkReach(groups, to, context.now);
  const { accountId, principalArn, now } = context;
  const run = new QueryRun({
    queryId: randomUUID(),
    queryString,
    language,
    query,
    accountId,
    principalArn,
    groups,
    owners: new Map([...linked].flatMap(([id, other]) => other.groups().map((group) => [group, id]))),
    from,
    to: Math.min(to, now.getTime()),
    limit,
    startedAt: now,
  });
  store.queries.add(run, now);
  return { queryId: run.queryId };
}

function sourcesOf({ queryString = '', queryLanguage = 'CWLI' }: StartQueryCommandInput): readonly string[] {
  try {
    return translate(queryString, queryLanguage).sources ?? [];
  } catch {
    return [];
  }
}

/** The groups a text names in SQL or PPL count like those given beside it. */
function withSources(input: StartQueryCommandInput, sources: readonly string[] | undefined): StartQueryCommandInput {
  if (sources === undefined) return input;
  if (identifiersOf(input).length > 0) {
    throw invalidParameter('A query that names its log groups must not be given log groups as well.');
  }
  return { ...input, logGroupIdentifiers: [...sources] };
}

function timeRange(input: StartQueryCommandInput): { from: number; to: number } {
  const from = required('startTime', input.startTime);
  const to = required('endTime', input.endTime);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0) {
    throw invalidParameter('startTime and endTime must be whole seconds since the epoch.');
  }
  if (to < from) throw invalidParameter('End time should not be before start time.');
  return { from: from * 1_000, to: to * 1_000 };
}

function identifiersOf(input: StartQueryCommandInput): readonly string[] {
  const { logGroupName, logGroupNames, logGroupIdentifiers } = input;
  return logGroupIdentifiers ?? logGroupNames ?? (logGroupName === undefined ? [] : [logGroupName]);
}

function groupsOf(
  input: StartQueryCommandInput,
  query: Query,
  store: LogsStore,
  context: OperationContext,
  linked: LinkedStores,
): LogGroup[] {
  const given = [input.logGroupName, input.logGroupNames, input.logGroupIdentifiers].filter(
    (value) => value !== undefined,
  );
  if (query.source) {
    if (given.length > 0) throw invalidParameter('A query with SOURCE must not be given log groups as well.');
    const { namePrefixes } = query.source;
    return store.groups().filter(({ name }) => namePrefixes.some((prefix) => name.startsWith(prefix)));
  }
  const identifiers = identifiersOf(input);
  if (given.length !== 1 || identifiers.length === 0) {
    throw invalidParameter('Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given.');
  }
  if (input.logGroupNames?.some((name) => name.includes(':'))) throw invalidParameter('logGroupNames takes no ARNs.');
  if (identifiers.length > MAX_GROUPS) throw invalidParameter(`At most ${MAX_GROUPS} log groups can be queried.`);
  return [...new Set(identifiers)].map((identifier) => existingGroup(identifier, store, context, linked));
}

/** AWS does not start a query whose whole range lies before what any of its groups can still hold. */
function checkReach(groups: readonly LogGroup[], to: number, now: Date): void {
  const reachable = groups.some(({ settings: { creationTime, retentionInDays } }) => {
    const expired = retentionInDays === undefined ? 0 : now.getTime() - retentionInDays * DAY_MS;
    return to >= Math.max(creationTime, expired);
  });
  if (reachable || groups.length === 0) return;
  throw new AwsFault(
    'MalformedQueryException',
    "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
  );
}
