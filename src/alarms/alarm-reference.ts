import { checkAccounts, parseArn, regionOfArns } from '../cloudwatch/arn.js';
import { type TargetInput, targetOf } from '../cloudwatch/target-input.js';
import { InvalidInput } from '../errors.js';

/** One alarm, by name, and where it is. */
export interface AlarmReference {
  readonly name: string;
  readonly target: TargetInput;
  /** @throws ServiceError `target_not_allowed` when an ARN names another account than the caller's */
  checkOwner(owner: { readonly account: string }): void;
}

/**
 * The alarm a call names, by name or by ARN.
 * @throws InvalidInput for an ARN of something else, or one that lies in another Region than the call says
 */
export function alarmReference(input: TargetInput & { readonly alarm_name: string }): AlarmReference {
  const given = input.alarm_name;
  const target = targetOf(input);
  const arn = parseArn(given);
  if (arn === undefined) return { name: given, target, checkOwner: () => undefined };
  const name = /^alarm:(.+)$/s.exec(arn.resource)?.[1];
  if (arn.service !== 'cloudwatch' || name === undefined) {
    throw new InvalidInput('alarm_name', 'is the ARN of something that is not an alarm');
  }
  return {
    name,
    target: { ...target, region: regionOfArns('alarm_name', [arn], input.region) },
    // An alarm is read in its own account: no call reaches those of linked accounts.
    checkOwner: ({ account }) => checkAccounts('alarm_name', [arn.account], { account, linkedAccounts: [] }),
  };
}
