import {
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryInput,
  type DescribeAlarmHistoryOutput,
} from '@aws-sdk/client-cloudwatch';
import type { Listing } from '../cloudwatch/answer-part.js';
import { type HistoryItem, toHistoryItem } from './alarm-history.js';
import { ALARM_TYPES } from './alarm-listing.client.js';

const PAGE_SIZE = 100;

/** The history of alarms of every kind that a filter keeps, newest first. */
export function historyListing(
  client: CloudWatchClient,
  filter: Pick<DescribeAlarmHistoryInput, 'AlarmName' | 'HistoryItemType' | 'StartDate' | 'EndDate'>,
  signal: AbortSignal,
): Listing<DescribeAlarmHistoryOutput, HistoryItem> {
  const input = { ...filter, AlarmTypes: ALARM_TYPES, MaxRecords: PAGE_SIZE, ScanBy: 'TimestampDescending' } as const;
  return {
    fetch: (NextToken) =>
      client.send(new DescribeAlarmHistoryCommand({ ...input, NextToken }), { abortSignal: signal }),
    tokenOf: (page) => page.NextToken,
    itemsOf: (page) => (page.AlarmHistoryItems ?? []).map(toHistoryItem),
  };
}
