import { type AccountReach, checkAccounts, isKnownAccount } from '../../cloudwatch/arn.js';
import { ServiceError } from '../../errors.js';
import { checkLogGroups } from '../log-group-access.js';

/** The log group a record is of. */
export interface RecordOrigin {
  /** Twelve digits. */
  readonly account: string;
  readonly logGroup: string;
}

/** What a caller may read. */
export interface RecordChecks {
  readonly reach: AccountReach;
  /** Names of log groups, or beginnings of names that end in `*`; undefined: all. */
  readonly allowedLogGroups?: readonly string[];
}

/**
 * The origin that the record's `@log` (`ACCOUNT:NAME`) tells, checked like an ARN that the call had named. SECURITY: a
 * record that does not tell it is refused wherever there is something to check.
 * @throws ServiceError `target_not_allowed`
 */
export function checkRecordOrigin(
  log: string | undefined,
  { reach, allowedLogGroups }: RecordChecks,
): RecordOrigin | undefined {
  const [, account, logGroup] = /^(\d{12}):(.+)$/.exec(log ?? '') ?? [];
  if (account === undefined || logGroup === undefined) {
    if (allowedLogGroups === undefined && !isKnownAccount(reach)) return undefined;
    throw new ServiceError(
      'target_not_allowed',
      'ptr: AWS does not tell which log group this event is of, so it cannot be opened here; query its log group instead.',
      { denied: 'query_source' },
    );
  }
  checkAccounts('ptr', [account], reach);
  checkLogGroups('ptr', [logGroup], allowedLogGroups);
  return { account, logGroup };
}
