import { checkAccounts, regionOfArns } from '../../cloudwatch/arn.js';
import { type TargetInput, targetOf } from '../../cloudwatch/target-input.js';
import type { AppConfig } from '../../config/app-config.js';
import type { AwsOwner, CredentialsService } from '../../credentials/credentials.service.js';
import { logGroupArns } from '../log-group.js';
import { checkLogGroups } from '../log-group-access.js';

/** Where a call that names log groups goes, after every check of what it names. */
export interface LogGroupTarget {
  /** What the call's client is made for. */
  readonly target: TargetInput;
  readonly owner: AwsOwner;
}

/**
 * The target of a call that names log groups. SECURITY: each lies in the account the call goes to or in one linked to
 * it, and on the operator's list; AWS has not been asked yet.
 * @param field the argument that holds the identifiers
 * @throws InvalidInput, ServiceError `target_not_allowed`
 */
export async function logGroupTarget(
  field: string,
  identifiers: readonly string[],
  input: TargetInput,
  credentials: Pick<CredentialsService, 'owner'>,
  { tools }: Pick<AppConfig, 'tools'>,
): Promise<LogGroupTarget> {
  checkLogGroups(field, identifiers, tools.allowedLogGroups);
  const arns = logGroupArns(identifiers);
  const target = { ...targetOf(input), region: regionOfArns(field, arns, input.region) };
  const owner = await credentials.owner(target);
  checkAccounts(
    field,
    arns.map(({ account }) => account),
    owner,
  );
  return { target, owner };
}
