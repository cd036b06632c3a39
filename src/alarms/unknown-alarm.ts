import { ServiceError } from '../errors.js';

/** What a call is told that names an alarm there is not. */
export function unknownAlarm(cause?: ServiceError): ServiceError {
  return new ServiceError(
    'aws_not_found',
    'alarm_name: no such alarm in this account and region; find its name with describe_alarms',
    { cause, detail: cause?.detail },
  );
}

/** For `catch`: tells an unknown alarm by the field that named it; every other failure passes on as it is. */
export function namingAlarm(error: unknown): never {
  throw error instanceof ServiceError && error.code === 'aws_not_found' ? unknownAlarm(error) : error;
}
