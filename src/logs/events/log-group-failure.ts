import { ServiceError } from '../../errors.js';
import { unknownLogGroup } from '../unknown-log-group.js';

export interface SearchArguments {
  readonly filter_pattern?: string | null;
  readonly cursor?: string | null;
}

/**
 * For `catch`: tells by the arguments of a call why AWS does not read these log groups: they do not exist, only Logs
 * Insights reads their class, or the pattern or cursor is wrong. Every other failure passes on as it is.
 */
export function logGroupFailure(
  field: string,
  operation: 'Live Tail' | 'Reading events',
  { filter_pattern: pattern, cursor }: SearchArguments = {},
): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ServiceError) || error.code !== 'aws_rejected') return unknownLogGroup(field)(error);
    const cause = error.cause instanceof Error ? error.cause.name : '';
    const because = (message: string): ServiceError =>
      new ServiceError('aws_rejected', message, { cause: error, detail: error.detail });
    if (cause === 'InvalidOperationException') {
      throw because(
        `${field}: ${operation} works for log groups of the class STANDARD only, and this is of another (describe_log_groups shows it); use execute_log_insights_query.`,
      );
    }
    if (cause !== 'InvalidParameterException') throw error;
    if (cursor != null) throw because('cursor: AWS does not accept it any more; begin anew without it.');
    if (pattern == null) throw error;
    throw because(
      'filter_pattern: AWS rejected the search, most likely for this pattern; use terms such as ERROR "two words" -debug, { $.status = 500 } or %regular expression%.',
    );
  };
}
