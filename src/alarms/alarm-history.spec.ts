import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyItem, retentionNote, toHistoryItem } from './alarm-history.js';

const HISTORY = {
  AlarmName: 'cpu',
  AlarmType: 'MetricAlarm' as const,
  Timestamp: new Date('2026-11-21T10:00:00Z'),
  HistoryItemType: 'StateUpdate' as const,
  HistorySummary: 'Alarm updated from OK to ALARM',
};

describe('toHistoryItem', () => {
  it('reads the states out of the history data', () => {
    const HistoryData = JSON.stringify({
      version: '1.0',
      oldState: { stateValue: 'OK', stateReason: 'fine' },
      newState: { stateValue: 'ALARM', stateReason: 'too high' },
    });
    expect(toHistoryItem({ ...HISTORY, HistoryData })).toEqual({
      alarm_name: 'cpu',
      alarm_type: 'MetricAlarm',
      timestamp: '2026-11-21T10:00:00Z',
      history_item_type: 'StateUpdate',
      history_summary: 'Alarm updated from OK to ALARM',
      old_state: 'OK',
      new_state: 'ALARM',
      state_reason: 'too high',
      contributor_id: null,
      contributor_attributes: null,
    });
  });

  it('tells the series an entry is about', () => {
    const item = toHistoryItem({
      ...HISTORY,
      HistoryItemType: 'AlarmContributorStateUpdate',
      AlarmContributorId: 'c1',
      AlarmContributorAttributes: { FunctionName: 'payments' },
    });
    expect(item).toMatchObject({ contributor_id: 'c1', contributor_attributes: { FunctionName: 'payments' } });
  });

  it('has null states for data it cannot read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(undefined)), (HistoryData) => {
        const item = historyItem.parse(toHistoryItem({ ...HISTORY, HistoryData }));
        expect(item).toMatchObject({ old_state: null, new_state: null, state_reason: null });
      }),
    );
  });
});

describe('retentionNote', () => {
  const now = new Date('2026-11-21T10:00:00Z');

  it('says when a window begins before the thirty days that AWS keeps', () => {
    expect(retentionNote(new Date('2026-10-22T10:00:00Z'), now)).toBeNull();
    expect(retentionNote(new Date('2026-10-22T09:59:59Z'), now)).toContain('2026-10-22T10:00:00Z');
  });
});
