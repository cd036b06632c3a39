import type { StartQueryCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { TimeRange } from '../cloudwatch/time-range.js';
import { InvalidInput } from '../errors.js';
import { withoutWildcard } from './log-group.js';
import { checkQueryText } from './query-text.js';

export interface InsightsQueryInput {
  readonly log_group_names?: readonly string[] | null;
  readonly log_group_identifiers?: readonly string[] | null;
  readonly query_string: string;
  readonly limit?: number | null;
}

/** The most sampled patterns of a log group. */
export const TOP_PATTERNS = 'pattern @message | sort @sampleCount desc | limit 5';

/** The most sampled patterns among lines that speak of errors. */
export const ERROR_PATTERNS =
  'fields @timestamp, @message | filter @message like /(?i)(error|exception|fail|timeout|fatal)/ | pattern @message | sort @sampleCount desc | limit 5';

/**
 * The request that starts a query.
 * @throws InvalidInput unless exactly one of the two ways to name log groups is used
 */
export function startQueryInput(input: InsightsQueryInput, { start, end }: TimeRange): StartQueryCommandInput {
  checkQueryText(input.query_string);
  const names = input.log_group_names ?? [];
  const identifiers = input.log_group_identifiers ?? [];
  if (names.length > 0 && identifiers.length > 0) {
    throw new InvalidInput('log_group_names', 'give either log_group_names or log_group_identifiers, not both');
  }
  if (names.length === 0 && identifiers.length === 0) {
    throw new InvalidInput('log_group_names', 'give the log groups to query, here or in log_group_identifiers');
  }
  return {
    ...(names.length > 0 ? { logGroupNames: [...names] } : { logGroupIdentifiers: identifiers.map(withoutWildcard) }),
    startTime: epochSeconds(start),
    endTime: epochSeconds(end),
    queryString: input.query_string,
    limit: input.limit ?? undefined,
  };
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

function epochSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
