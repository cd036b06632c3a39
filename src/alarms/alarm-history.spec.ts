import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyItem, toHistoryItem } from './alarm-history.js';

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
    });
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
