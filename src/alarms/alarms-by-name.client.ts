import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ALARM_TYPES } from './alarm-listing.client.js';
import { isName } from './alarm-name.js';
import { type NamedAlarm, namedAlarms } from './named-alarm.js';

/** The most names DescribeAlarms takes, and the most alarms it answers with. */
const NAMES_PER_CALL = 100;

/** The alarms of these names that exist, with one call for a hundred of them. A name no alarm can have costs none. */
export async function alarmsByName(
  client: CloudWatchClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NamedAlarm>> {
  const possible = names.filter(isName);
  const found = new Map<string, NamedAlarm>();
  for (let start = 0; start < possible.length; start += NAMES_PER_CALL) {
    const AlarmNames = possible.slice(start, start + NAMES_PER_CALL);
    const command = new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: ALARM_TYPES, MaxRecords: NAMES_PER_CALL });
    for (const named of namedAlarms(await client.send(command, { abortSignal: signal }))) {
      found.set(named.alarm.AlarmName ?? '', named);
    }
  }
  return found;
}
