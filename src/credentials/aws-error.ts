import { ServiceError } from '../errors.js';
import { awsErrorDetail, awsErrorKind, awsErrorName } from './aws-error-names.js';

/** The call that failed, as far as its error message needs it. */
export interface AwsCall {
  /** IAM prefix, e.g. `logs`. */
  readonly service: string;
  /** API name, e.g. `StartQuery`. */
  readonly operation: string;
  readonly region: string;
  /** Whose rights the call used, in words: `your role arn:...`. */
  readonly identity: string;
  readonly input: object;
  /** The IAM actions it needs; default: the one of its own name. */
  readonly iamActions?: readonly string[];
}

const THROTTLE_RETRY_SECONDS = 5;
const OUTAGE_RETRY_SECONDS = 30;
const QUOTED_LENGTH = 40;

/**
 * The one mapping of CloudWatch errors to what a caller is told.
 * SECURITY: the text is ours; of AWS's answer only its kind, numbers and names of arguments we sent pass through,
 * never its words, which can name roles and resources of others.
 */
export function awsError(error: unknown, call: AwsCall): ServiceError {
  if (error instanceof ServiceError) return error;
  const action = `${call.service}:${call.operation}`;
  const options = { cause: error, detail: `${action} in ${call.region}: ${awsErrorDetail(error)}` };
  switch (awsErrorKind(error)) {
    case 'access-denied':
      return new ServiceError(
        'aws_access_denied',
        `AWS denied ${action} to ${call.identity} in ${call.region}; ask whoever manages it to allow ${call.iamActions?.join(' and ') ?? 'that action'}.`,
        options,
      );
    case 'expired':
      return new ServiceError('aws_credentials_expired', 'Your AWS session has expired; call again.', options);
    case 'unknown-credentials':
      return new ServiceError(
        'aws_credentials_expired',
        `AWS does not accept ${call.identity} in ${call.region}; check that the region is enabled in that account, then call again.`,
        options,
      );
    case 'not-found':
      return new ServiceError(
        'aws_not_found',
        `AWS found nothing by that name for ${action} in ${call.region}; check the name, the region and the account.`,
        options,
      );
    case 'rejected':
      return new ServiceError('aws_rejected', rejection(error, call, action), options);
    case 'limit':
      return new ServiceError(
        'aws_limit',
        `A quota of the AWS account stops ${action}; wait for running work to finish or ask for a higher quota.`,
        { ...options, retryAfterSeconds: OUTAGE_RETRY_SECONDS },
      );
    case 'throttled':
      return new ServiceError('aws_throttled', `AWS is limiting the rate of ${action} in this account.`, {
        ...options,
        retryAfterSeconds: THROTTLE_RETRY_SECONDS,
      });
    case 'aborted':
      return new ServiceError('cancelled', 'The call was cancelled.', options);
    case 'unavailable':
      return new ServiceError('aws_unavailable', `AWS did not answer ${action} in ${call.region}.`, {
        ...options,
        retryAfterSeconds: OUTAGE_RETRY_SECONDS,
      });
    case 'other':
      return new ServiceError('internal', `${action} failed in an unexpected way.`, options);
  }
}

function rejection(error: unknown, call: AwsCall, action: string): string {
  if (awsErrorName(error).startsWith('MalformedQuery')) return malformedQuery(error, call);
  const argument = namedArgument(error, call.input);
  const which = argument === undefined ? 'one of the arguments' : `the argument ${snakeCase(argument)}`;
  return `AWS rejected ${which} of ${action}; check its form and range.`;
}

/** Where the query is wrong, in the caller's own words: only the position comes from AWS. */
function malformedQuery(error: unknown, { input }: AwsCall): string {
  const advice = 'check the query language of CloudWatch Logs Insights.';
  const position = compileErrorPosition(error);
  if (position === undefined) return `query_string: AWS cannot read the query; ${advice}`;
  const [start, end] = position;
  const query = 'queryString' in input && typeof input.queryString === 'string' ? input.queryString : '';
  const quoted = printable(query.slice(start, Math.max(end, start + 1)));
  const near = quoted === '' ? '' : `, near ${JSON.stringify(quoted)}`;
  return `query_string: AWS cannot read the query at characters ${start} to ${end}${near}; ${advice}`;
}

function compileErrorPosition(error: unknown): readonly [number, number] | undefined {
  const location = member(member(error, 'queryCompileError'), 'location');
  const start = member(location, 'startCharOffset');
  const end = member(location, 'endCharOffset');
  return isOffset(start) && isOffset(end) ? [start, end] : undefined;
}

/** The argument AWS's words point at, only if it is one we sent. */
function namedArgument(error: unknown, input: object): string | undefined {
  const words = new Set((error instanceof Error ? error.message : '').match(/[A-Za-z]+/g));
  const lower = new Set([...words].map((word) => word.toLowerCase()));
  return Object.entries(input).find(([name, value]) => value !== undefined && lower.has(name.toLowerCase()))?.[0];
}

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

function printable(text: string): string {
  return text
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, QUOTED_LENGTH);
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
