import { type CloudWatchLogsClient, GetLogRecordCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../errors.js';
import { checkRecordOrigin, type RecordChecks, type RecordOrigin } from './record-origin.js';

/** The record behind a pointer, and the log group it is of. */
export interface LogRecord {
  readonly fields: Readonly<Record<string, string>>;
  readonly origin?: RecordOrigin;
}

/**
 * Reads the record behind a `@ptr`. SECURITY: a pointer names no log group, so what may be read is checked on the
 * record that AWS gave to the caller's own rights, before anything of it is used.
 * @throws ServiceError `aws_not_found`, `target_not_allowed`
 */
export async function readLogRecord(
  client: CloudWatchLogsClient,
  ptr: string,
  checks: RecordChecks,
  signal: AbortSignal,
): Promise<LogRecord> {
  const { logRecord: fields = {} } = await client
    .send(new GetLogRecordCommand({ logRecordPointer: ptr }), { abortSignal: signal })
    .catch(unknownRecord);
  return { fields, origin: checkRecordOrigin(fields['@log'], checks) };
}

function unknownRecord(error: unknown): never {
  if (!(error instanceof ServiceError) || (error.code !== 'aws_not_found' && error.code !== 'aws_rejected'))
    throw error;
  throw new ServiceError(
    error.code,
    'ptr: AWS finds no log event by it in this account and region; give the @ptr of a row of execute_log_insights_query, with the same region and account.',
    { cause: error, detail: error.detail },
  );
}
