import { describe, expect, it } from 'vitest';
import { viewOf } from './view-of.js';

describe('viewOf', () => {
  it('says what a failed call said', () => {
    const content = [{ type: 'text', text: '[aws_denied] Ask your administrator.' }];
    expect(viewOf({ isError: true, content })).toEqual({
      kind: 'words',
      title: 'The call failed',
      notes: ['[aws_denied] Ask your administrator.'],
    });
  });

  it.each([undefined, null, 'text', 7, [], {}, { structuredContent: { alarms: [] } }, { structuredContent: 'x' }])(
    'has words for what it does not know: %j',
    (result) => {
      expect(viewOf(result)).toMatchObject({ kind: 'words', notes: [expect.stringContaining('nothing to draw')] });
    },
  );

  it('cuts texts that are longer than anybody reads', () => {
    const label = '\u{1F600}'.repeat(5_000);
    const datapoints = [{ timestamp: '2026-11-20T12:00:00Z', value: 1 }];
    const view = viewOf({ structuredContent: { metricDataResults: [{ label, datapoints }] } });
    expect(view.title).toBe(`${'\u{1F600}'.repeat(200)}…`);
  });
});
