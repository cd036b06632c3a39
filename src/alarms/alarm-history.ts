import type { AlarmHistoryItem } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';
import { DAY_MS } from '../cloudwatch/time-range.js';

/** One entry of an alarm's history. */
export const historyItem = z.object({
  alarm_name: z.string().describe('Name.'),
  alarm_type: z.string().describe('Kind of alarm.'),
  timestamp: z.string().describe('ISO 8601.'),
  history_item_type: z.string().describe('Kind of entry.'),
  history_summary: z.string().describe('What happened.'),
  old_state: z.string().nullable().describe('State before, for state updates.'),
  new_state: z.string().nullable().describe('State after, for state updates.'),
  state_reason: z.string().nullable().describe('Why, for state updates.'),
  contributor_id: z.string().nullable().describe('Time series it is about, for entries of contributors.'),
  contributor_attributes: z.record(z.string(), z.string()).nullable().describe('What tells that series apart.'),
});

export type HistoryItem = z.output<typeof historyItem>;

const stateData = z.object({ stateValue: z.string().optional(), stateReason: z.string().optional() }).optional();
const historyData = z.object({ oldState: stateData, newState: stateData });

/** How long CloudWatch keeps what alarms did (Using CloudWatch alarms, user guide). */
const RETENTION_DAYS = 30;

/** Says when a window begins before what AWS keeps. */
export function retentionNote(start: Date, now: Date): string | null {
  const kept = new Date(now.getTime() - RETENTION_DAYS * DAY_MS);
  if (start >= kept) return null;
  return `CloudWatch keeps alarm history for ${RETENTION_DAYS} days: nothing is left from before ${isoTime(kept)}`;
}

/** An entry of the API in our words; the states come from its HistoryData and are null when that cannot be read. */
export function toHistoryItem(item: AlarmHistoryItem): HistoryItem {
  const { oldState, newState } = readHistoryData(item.HistoryData);
  return {
    alarm_name: item.AlarmName ?? '',
    alarm_type: item.AlarmType ?? '',
    timestamp: isoTime(item.Timestamp ?? new Date(0)),
    history_item_type: item.HistoryItemType ?? '',
    history_summary: item.HistorySummary ?? '',
    old_state: oldState?.stateValue ?? null,
    new_state: newState?.stateValue ?? null,
    state_reason: newState?.stateReason ?? null,
    contributor_id: item.AlarmContributorId ?? null,
    contributor_attributes: item.AlarmContributorAttributes ? { ...item.AlarmContributorAttributes } : null,
  };
}

function readHistoryData(json: string | undefined): z.output<typeof historyData> {
  try {
    return historyData.safeParse(JSON.parse(json ?? '')).data ?? {};
  } catch {
    return {};
  }
}
