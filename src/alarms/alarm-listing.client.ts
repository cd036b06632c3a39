import {
  type AlarmType,
  type CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsInput,
} from '@aws-sdk/client-cloudwatch';
import type { Listing } from '../cloudwatch/answer-part.js';
import type { MutedBy } from './alarm-actions.js';
import { type AlarmSummary, toSummaries } from './alarm-summary.js';
import { activeMuteRules } from './mute-rules.client.js';

/** Every kind of alarm there is: without this list AWS means metric alarms only. */
export const ALARM_TYPES: AlarmType[] = ['CompositeAlarm', 'MetricAlarm', 'LogAlarm'];

/** A page of alarms as answers show them. */
export interface AlarmPage {
  readonly alarms: readonly AlarmSummary[];
  readonly arns: ReadonlyMap<string, string>;
  readonly nextToken?: string;
}

/** The alarms of DescribeAlarms that a filter keeps, with the mute rules active for each; of every kind unless it says. */
export function alarmListing(
  client: CloudWatchClient,
  filter: Omit<DescribeAlarmsInput, 'NextToken'>,
  signal: AbortSignal,
): Listing<AlarmPage, AlarmSummary> {
  const options = { abortSignal: signal };
  let muteRules: Promise<MutedBy> | undefined;
  return {
    fetch: async (token) => {
      const input = { AlarmTypes: ALARM_TYPES, ...filter, NextToken: token };
      const [page, mutedBy, region] = await Promise.all([
        client.send(new DescribeAlarmsCommand(input), options),
        (muteRules ??= activeMuteRules(client, signal)),
        client.config.region(),
      ]);
      const all = [...(page.CompositeAlarms ?? []), ...(page.MetricAlarms ?? []), ...(page.LogAlarms ?? [])];
      return {
        alarms: toSummaries(page, { region, mutedBy }),
        arns: new Map(all.map(({ AlarmName, AlarmArn }) => [AlarmName ?? '', AlarmArn ?? ''])),
        nextToken: page.NextToken,
      };
    },
    tokenOf: (page) => page.nextToken,
    itemsOf: (page) => page.alarms,
  };
}
