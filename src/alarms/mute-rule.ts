import type { AlarmMuteRuleSummary, GetAlarmMuteRuleOutput } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';

/** One mute rule as list_alarm_mute_rules shows it. */
export const muteRule = z.object({
  rule_name: z.string().describe('Name.'),
  status: z.string().describe('ACTIVE: it mutes now. SCHEDULED: it will. EXPIRED: never again.'),
  mute_type: z.string().nullable().describe('ONE_TIME or RECURRING.'),
  description: z.string().nullable().describe('Description. Null also when the rule is gone.'),
  schedule: z.string().nullable().describe('When a window begins: at(...) or cron(...).'),
  duration: z.string().nullable().describe('How long a window is, ISO 8601.'),
  timezone: z.string().nullable().describe('Of schedule.'),
  alarm_names: z.array(z.string()).nullable().describe('Alarms it mutes.'),
  start_date: z.string().nullable().describe('Not before, ISO 8601.'),
  expire_date: z.string().nullable().describe('Not after, ISO 8601.'),
  last_updated: z.string().nullable().describe('ISO 8601.'),
});

export type MuteRule = z.output<typeof muteRule>;

/** A rule's name, which the list tells only as part of its ARN. */
export function muteRuleName({ AlarmMuteRuleArn: arn = '' }: AlarmMuteRuleSummary): string {
  return /:alarm-mute-rule:(.+)$/s.exec(arn)?.[1] ?? arn;
}

/** A rule of the list with its details, which may be gone by now. */
export function toMuteRule(summary: AlarmMuteRuleSummary, details: GetAlarmMuteRuleOutput | undefined): MuteRule {
  const schedule = details?.Rule?.Schedule;
  return {
    rule_name: muteRuleName(summary),
    status: summary.Status ?? '',
    mute_type: summary.MuteType ?? null,
    description: details?.Description ?? null,
    schedule: schedule?.Expression ?? null,
    duration: schedule?.Duration ?? null,
    timezone: schedule === undefined ? null : (schedule.Timezone ?? 'UTC'),
    alarm_names: details?.MuteTargets?.AlarmNames ?? null,
    start_date: timeOrNull(details?.StartDate),
    expire_date: timeOrNull(summary.ExpireDate),
    last_updated: timeOrNull(summary.LastUpdatedTimestamp),
  };
}

function timeOrNull(time: Date | undefined): string | null {
  return time === undefined ? null : isoTime(time);
}
