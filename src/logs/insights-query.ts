import type { StartQueryCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { type AccountReach, checkAccounts } from '../cloudwatch/arn.js';
import type { TimeRange } from '../cloudwatch/time-range.js';
import { InvalidInput } from '../errors.js';
import { logGroupArns, withoutWildcard } from './log-group.js';
import { checkLogGroups } from './log-group-access.js';
import type { QueryLanguage } from './query-language/query-tokens.js';
import { certainSources, sourcesInText } from './query-sources.js';
import { checkQueryText } from './query-text.js';

export interface InsightsQueryInput {
  readonly log_group_names?: readonly string[] | null;
  readonly log_group_identifiers?: readonly string[] | null;
  readonly query_string: string;
  readonly query_language?: QueryLanguage | null;
  readonly limit?: number | null;
}

/** A query ready to start. */
export interface PlannedQuery {
  readonly request: StartQueryCommandInput;
  /** The argument that names the log groups. */
  readonly field: 'log_group_names' | 'log_group_identifiers' | 'query_string';
  /** Names or ARNs of the log groups it reads; undefined where its text names them in a way we do not read. */
  readonly groups: readonly string[] | undefined;
  /** ARNs of log groups that the call names anywhere. */
  readonly arns: readonly string[];
}

/** The most sampled patterns of a log group. */
export const TOP_PATTERNS = 'pattern @message | sort @sampleCount desc | limit 5';

/** The most sampled patterns among lines that speak of errors. */
export const ERROR_PATTERNS =
  'fields @timestamp, @message | filter @message like /(?i)(error|exception|fail|timeout|fatal)/ | pattern @message | sort @sampleCount desc | limit 5';

/** The most rows of a query in SQL or PPL (StartQuery). */
const MAX_ROWS_UNPAGED = 10_000;
const ARN_IN_TEXT = /arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[.\-_/#A-Za-z0-9]+/g;

/**
 * The request that starts a query, and the log groups it reads.
 * @param allowed the operator's list of log groups; every group named is held to it
 * @throws InvalidInput for a text or a choice of log groups that cannot be, ServiceError `target_not_allowed`
 */
export function planQuery(
  input: InsightsQueryInput,
  { start, end }: TimeRange,
  allowed: readonly string[] | undefined,
): PlannedQuery {
  const language = input.query_language ?? 'CWLI';
  checkQueryText(input.query_string, language);
  const { field, given } = givenGroups(input, language);
  const inText = groupsInText(input.query_string, language, allowed);
  checkLogGroups(field, given, allowed);
  checkLogGroups('query_string', inText ?? [], allowed);
  const groups = inText === undefined ? undefined : [...new Set([...given, ...inText])];
  if (groups?.length === 0) throw new InvalidInput('log_group_names', MISSING_GROUPS[language]);
  return {
    request: {
      ...(given.length > 0 &&
        (field === 'log_group_names' ? { logGroupNames: given } : { logGroupIdentifiers: given })),
      ...(language !== 'CWLI' && { queryLanguage: language }),
      startTime: epochSeconds(start),
      endTime: epochSeconds(end),
      queryString: input.query_string,
      limit: rowLimit(input, language),
    },
    field: given.length > 0 ? field : 'query_string',
    groups,
    arns: [...given, ...(language === 'CWLI' ? [] : (input.query_string.match(ARN_IN_TEXT) ?? []))].filter((group) =>
      group.startsWith('arn:'),
    ),
  };
}

/**
 * SECURITY: log groups named by ARN lie in accounts that the caller may read here.
 * @throws ServiceError `target_not_allowed`
 */
export function checkAccountsOf({ field, arns }: PlannedQuery, reach: AccountReach): void {
  const accounts = logGroupArns(arns).map(({ account }) => account);
  checkAccounts(field, accounts, reach);
}

/** The request for a fixed query over one log group. */
export function patternQueryInput(arn: string, queryString: string, { start, end }: TimeRange): StartQueryCommandInput {
  return {
    logGroupIdentifiers: [arn],
    startTime: epochSeconds(start),
    endTime: epochSeconds(end),
    queryString,
    limit: 5,
  };
}

const MISSING_GROUPS: Readonly<Record<QueryLanguage, string>> = {
  CWLI: 'give the log groups to query, here or in log_group_identifiers',
  PPL: 'give the log groups to query, here or in log_group_identifiers, or by source = `name` in query_string',
  SQL: 'name the log groups in query_string: FROM `name`',
};

function givenGroups(
  input: InsightsQueryInput,
  language: QueryLanguage,
): { readonly field: 'log_group_names' | 'log_group_identifiers'; readonly given: string[] } {
  const names = input.log_group_names ?? [];
  const identifiers = input.log_group_identifiers ?? [];
  if (names.length > 0 && identifiers.length > 0) {
    throw new InvalidInput('log_group_names', 'give either log_group_names or log_group_identifiers, not both');
  }
  const field = identifiers.length > 0 ? 'log_group_identifiers' : 'log_group_names';
  const given = [...names, ...identifiers.map(withoutWildcard)];
  if (given.length > 0 && language === 'SQL') {
    throw new InvalidInput(field, 'must be left out: SQL names its log groups in query_string, FROM `name`');
  }
  return { field, given };
}

function groupsInText(
  query: string,
  language: QueryLanguage,
  allowed: readonly string[] | undefined,
): readonly string[] | undefined {
  if (language === 'CWLI') return [];
  return allowed === undefined ? sourcesInText(language, query) : certainSources(language, query);
}

function rowLimit({ limit }: InsightsQueryInput, language: QueryLanguage): number | undefined {
  if (language !== 'CWLI' && (limit ?? 0) > MAX_ROWS_UNPAGED) {
    throw new InvalidInput('limit', `must not exceed ${MAX_ROWS_UNPAGED} rows in SQL and PPL`);
  }
  return limit ?? undefined;
}

function epochSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
