import { ServiceError } from '../errors.js';
import { logGroupName, nameOfLogGroup } from './log-group.js';

/** Whether the operator's list lets a log group be read; without a list every one. */
export function isAllowedLogGroup(name: string, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined || allowed.some((pattern) => matches(name, pattern));
}

/**
 * SECURITY: every log group a call names is on the operator's list, ALLOWED_LOG_GROUPS. Names are compared exactly,
 * patterns that end in `*` by their beginning; the name of a linked account's group counts like one's own.
 * @param identifiers names or ARNs
 * @throws ServiceError `target_not_allowed` naming the field
 */
export function checkLogGroups(
  field: string,
  identifiers: readonly string[],
  allowed: readonly string[] | undefined,
): void {
  if (allowed === undefined) return;
  const names = identifiers.map(nameOfLogGroup);
  if (names.every((name) => logGroupName.safeParse(name).success && isAllowedLogGroup(name, allowed))) return;
  throw new ServiceError(
    'target_not_allowed',
    `${field}: names a log group that this server does not open (ALLOWED_LOG_GROUPS); describe_log_groups lists those it does.`,
    { denied: 'query_source' },
  );
}

/**
 * What the names of all allowed groups with a beginning begin with: as much as can be said with one prefix, so that AWS
 * leaves out what would be left out here. Undefined when no allowed name can begin so.
 */
export function allowedPrefix(prefix: string, allowed: readonly string[] | undefined): string | undefined {
  if (allowed === undefined) return prefix;
  const beginnings = allowed
    .map((pattern) => ({ beginning: pattern.replace(/\*$/, ''), open: pattern.endsWith('*') }))
    .filter(({ beginning, open }) => beginning.startsWith(prefix) || (open && prefix.startsWith(beginning)))
    .map(({ beginning }) => (beginning.length > prefix.length ? beginning : prefix));
  return beginnings.length === 0 ? undefined : beginnings.reduce(commonBeginning);
}

function commonBeginning(left: string, right: string): string {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return left.slice(0, length);
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
