import { ServiceError } from '../errors.js';

/** For `catch`: tells an unknown log group by the field that named it; every other failure passes on as it is. */
export function unknownLogGroup(field: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ServiceError) || error.code !== 'aws_not_found') throw error;
    throw new ServiceError(
      'aws_not_found',
      `${field}: no such log group in this account and region; find its name with describe_log_groups`,
      { cause: error, detail: error.detail },
    );
  };
}
