import type { CompositeAlarm, LogAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';

/** Names of the mute rules active for an alarm; null when that could not be found out. */
export type MutedBy = (alarm: string) => readonly string[] | null;

/** Whether anybody hears of an alarm; spread into output schemas. */
export const actionFields = {
  actions_enabled: z.boolean().nullable().describe('False: it takes no actions.'),
  alarm_actions: z.array(z.string()).describe('ARNs of what it does on ALARM.'),
  muted_by: z.array(z.string()).nullable().describe('Active mute rules for it. Null: not known.'),
};

/** The same for composite alarms, whose actions another alarm can suppress. */
export const suppressionFields = {
  actions_suppressor: z.string().nullable().describe('Alarm that suppresses its actions while in ALARM.'),
  actions_suppressed_by: z.string().nullable().describe('Alarm, WaitPeriod or ExtensionPeriod. Null: not suppressed.'),
  actions_suppressed_reason: z.string().nullable().describe('Why they are suppressed.'),
};

/** The values of `actionFields`. */
export function actionsOf(
  alarm: MetricAlarm | CompositeAlarm | LogAlarm,
  mutedBy: MutedBy,
): { actions_enabled: boolean | null; alarm_actions: string[]; muted_by: string[] | null } {
  const muted = mutedBy(alarm.AlarmName ?? '');
  return {
    actions_enabled: alarm.ActionsEnabled ?? null,
    alarm_actions: [...(alarm.AlarmActions ?? [])],
    muted_by: muted === null ? null : [...muted],
  };
}

/** The values of `suppressionFields`. */
export function suppressionOf(alarm: CompositeAlarm): {
  actions_suppressor: string | null;
  actions_suppressed_by: string | null;
  actions_suppressed_reason: string | null;
} {
  return {
    actions_suppressor: alarm.ActionsSuppressor ?? null,
    actions_suppressed_by: alarm.ActionsSuppressedBy ?? null,
    actions_suppressed_reason: alarm.ActionsSuppressedReason ?? null,
  };
}
