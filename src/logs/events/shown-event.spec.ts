import { describe, expect, it } from 'vitest';
import { cutNote, shownEvent } from './shown-event.js';

const showing = { budgetBytes: 100_000, maskSecrets: true };

describe('shownEvent', () => {
  it('tells times in ISO form to the millisecond', () => {
    expect(
      shownEvent({ timestamp: 1_763_719_200_123, ingestionTime: 1_763_719_201_000, message: 'm' }, showing),
    ).toEqual({
      timestamp: '2025-11-21T10:00:00.123Z',
      ingestion_time: '2025-11-21T10:00:01Z',
      message: 'm',
    });
  });

  it('cuts a very long message, says how long it was, and what to do', () => {
    const event = shownEvent({ message: 'x'.repeat(1_000_000) }, showing);
    expect(event).toMatchObject({ full_length: 1_000_000 });
    expect(event.message).toHaveLength(10_000);
    expect(cutNote([event, {}])).toContain('get_log_record');
    expect(cutNote([{}])).toBeUndefined();
  });

  it('leaves room for several events in a small answer', () => {
    expect(shownEvent({ message: 'x'.repeat(20_000) }, { ...showing, budgetBytes: 12_000 }).message).toHaveLength(
      4_000,
    );
  });

  it('masks before it cuts, so that no half of a secret is left [PIC-08]', () => {
    const secret = 'AKIAIOSFODNN7EXAMPLE';
    for (let before = 9_979; before < 10_001; before += 1) {
      const { message } = shownEvent({ message: `${'x '.repeat(before / 2)} ${secret} ${'y'.repeat(99)}` }, showing);
      expect(message).not.toContain('AKIA');
    }
  });
});
