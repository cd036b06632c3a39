import type { DescribeAlarmContributorsInput, DescribeAlarmContributorsOutput } from '@aws-sdk/client-cloudwatch';
import { AwsFault, type OperationContext } from '../operation.js';
import { type AlarmStore, stateOf } from './alarm-store.js';
import { pageOf } from './next-token.js';
import { missing } from './validation.js';

const PAGE_SIZE = 100;

/** DescribeAlarmContributors: the series of an alarm that are in ALARM; an alarm on one series has none. */
export function describeAlarmContributors(
  store: AlarmStore,
  input: DescribeAlarmContributorsInput,
  context: OperationContext,
): DescribeAlarmContributorsOutput {
  if (!input.AlarmName) throw missing('AlarmName');
  const alarm = store.at(context.now).find(({ definition }) => definition.name === input.AlarmName);
  if (!alarm) throw noSuchAlarm();
  const breaching = alarm.contributors.filter((contributor) => stateOf(contributor) === 'ALARM');
  const page = pageOf('DescribeAlarmContributors', input, breaching, PAGE_SIZE);
  return {
    AlarmContributors: page.items.map(({ id, attributes, transitions }) => ({
      ContributorId: id,
      ContributorAttributes: { ...attributes },
      StateReason: transitions.at(-1)?.reason(context.region).text ?? '',
      StateTransitionedTimestamp: transitions.at(-1)?.at,
    })),
    NextToken: page.NextToken,
  };
}

/** What operations that need an existing alarm say of any other. */
export function noSuchAlarm(): AwsFault {
  return new AwsFault('ResourceNotFoundException', 'The alarm does not exist.', 404);
}
