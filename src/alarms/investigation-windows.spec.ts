import { describe, expect, it } from 'vitest';
import type { HistoryItem } from './alarm-history.js';
import { investigationWindows } from './investigation-windows.js';

const item = (
  timestamp: string,
  new_state: string | null = 'ALARM',
  history_item_type = 'StateUpdate',
): HistoryItem => ({
  alarm_name: 'cpu',
  alarm_type: 'MetricAlarm',
  timestamp,
  history_item_type,
  history_summary: '',
  old_state: null,
  new_state,
  state_reason: null,
  contributor_id: null,
  contributor_attributes: null,
});

describe('investigationWindows', () => {
  it('spans five evaluations before a change to ALARM and two periods after it', () => {
    const windows = investigationWindows([item('2026-11-21T10:00:00Z')], { period: 60, evaluation_periods: 3 });
    expect(windows).toEqual([
      {
        start_time: '2026-11-21T09:45:00Z',
        end_time: '2026-11-21T10:02:00Z',
        reason:
          'Investigation window for alarm transition to ALARM state at 2026-11-21T10:00:00Z (based on 3 evaluation periods of 60s each)',
      },
    ]);
  });

  it('assumes one evaluation of five minutes where the alarm tells nothing', () => {
    const [window] = investigationWindows([item('2026-11-21T10:00:00Z')], { period: null, evaluation_periods: null });
    expect(window).toMatchObject({ start_time: '2026-11-21T09:35:00Z', end_time: '2026-11-21T10:10:00Z' });
  });

  it('looks at changes to ALARM only', () => {
    const history = [item('2026-11-21T10:00:00Z', 'OK'), item('2026-11-21T10:00:00Z', 'ALARM', 'Action')];
    expect(investigationWindows(history, { period: 60, evaluation_periods: 1 })).toEqual([]);
  });

  it('adds one window for each run of changes at most an hour apart, in whatever order they come', () => {
    const times = ['2026-11-21T10:00:00Z', '2026-11-21T08:00:00Z', '2026-11-21T09:00:00Z', '2026-11-21T04:00:00Z'];
    const windows = investigationWindows(
      times.map((time) => item(time)),
      { period: 60, evaluation_periods: 1 },
    );
    expect(windows).toHaveLength(5);
    expect(windows.at(-1)).toEqual({
      start_time: '2026-11-21T07:55:00Z',
      end_time: '2026-11-21T10:02:00Z',
      reason:
        'Alarm flapping detected: 3 transitions to ALARM state between 2026-11-21T08:00:00Z and 2026-11-21T10:00:00Z',
    });
  });
});
