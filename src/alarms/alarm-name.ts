import { z } from 'zod';
import { parseArn } from '../cloudwatch/arn.js';

/** The most characters of an alarm's name (PutMetricAlarm). */
const MAX_NAME_LENGTH = 255;

/** An alarm by its name or ARN, as tools take it. */
export const alarmNameInput = z
  .string()
  .min(1, 'must not be empty')
  .max(2 * MAX_NAME_LENGTH, 'must be an alarm name (at most 255 characters) or ARN')
  .refine(isNameOrArn, 'must be an alarm name of 1 to 255 characters without control characters, or an alarm ARN')
  .describe('Name or ARN.');

/** The beginning of alarm names. */
export const alarmNamePrefix = z
  .string()
  .refine(
    (text) => isName(text) && !text.startsWith('arn:'),
    'must be the beginning of a name (1 to 255 characters without control characters), not an ARN',
  );

/** Whether CloudWatch could have an alarm of that name. */
export function isName(text: string): boolean {
  return text.length > 0 && text.length <= MAX_NAME_LENGTH && !/\p{Cc}/u.test(text);
}

function isNameOrArn(text: string): boolean {
  const arn = parseArn(text);
  return isName(arn === undefined ? text : arn.resource.replace(/^alarm:/, ''));
}
