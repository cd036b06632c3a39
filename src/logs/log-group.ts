import { z } from 'zod';
import { type Arn, parseArn } from '../cloudwatch/arn.js';

const NAME = '[.\\-_/#A-Za-z0-9]{1,512}';
const ARN = `arn:aws[a-z-]*:logs:[a-z0-9-]+:\\d{12}:log-group:${NAME}(?::\\*)?`;
const CHARACTERS = '1 to 512 of the characters a-z A-Z 0-9 . - _ / #';

/** A log group's name (CloudWatch Logs API, CreateLogGroup). */
export const logGroupName = z.string().regex(new RegExp(`^${NAME}$`), `must be a log group name: ${CHARACTERS}`);

/** A log group's ARN; the `:*` of IAM policies is tolerated. */
export const logGroupArn = z
  .string()
  .regex(new RegExp(`^${ARN}$`), 'must be the ARN of a log group: arn:aws:logs:REGION:ACCOUNT:log-group:NAME');

/** A log group's name or ARN. */
export const logGroupIdentifier = z
  .string()
  .regex(new RegExp(`^(?:${NAME}|${ARN})$`), `must be a log group name (${CHARACTERS}) or ARN`);

/** An ARN without the `:*` that IAM policies need and the Logs API refuses. */
export function withoutWildcard(arn: string): string {
  return arn.endsWith(':*') ? arn.slice(0, -2) : arn;
}

/** The name in an ARN, or the name itself. */
export function nameOfLogGroup(identifier: string): string {
  return withoutWildcard(parseArn(identifier)?.resource ?? identifier).replace(/^log-group:/, '');
}

/** Those of the identifiers that are ARNs, in their parts. */
export function logGroupArns(identifiers: readonly string[]): readonly Arn[] {
  return identifiers.map(parseArn).filter((arn) => arn !== undefined);
}
