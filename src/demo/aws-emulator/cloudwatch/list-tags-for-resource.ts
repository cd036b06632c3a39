import type { ListTagsForResourceInput, ListTagsForResourceOutput } from '@aws-sdk/client-cloudwatch';
import type { OperationContext } from '../operation.js';
import { alarmArn } from './alarm.js';
import type { AlarmStore } from './alarm-store.js';
import { noSuchAlarm } from './describe-alarm-contributors.js';
import { missing } from './validation.js';

/** ListTagsForResource, of alarms. */
export function listTagsForResource(
  store: AlarmStore,
  { ResourceARN: arn }: ListTagsForResourceInput,
  { region, accountId, now }: OperationContext,
): ListTagsForResourceOutput {
  if (!arn) throw missing('ResourceARN');
  const alarm = store.at(now).find(({ definition }) => alarmArn(region, accountId, definition.name) === arn);
  if (!alarm) throw noSuchAlarm();
  return { Tags: Object.entries(alarm.definition.tags ?? {}).map(([Key, Value]) => ({ Key, Value })) };
}
