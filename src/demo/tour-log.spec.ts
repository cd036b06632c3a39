import { describe, expect, it } from 'vitest';
import { formatTable, shorten, type Terminal } from './terminal.js';
import { expectEqual, expectThat, TourLog } from './tour-log.js';

function plainTerminal(): { terminal: Terminal; text: () => string } {
  const lines: string[] = [];
  const terminal = {
    styled: false,
    width: 100,
    style: (_: string, text: string) => text,
    line: (text = '') => lines.push(text),
  };
  return { terminal, text: () => lines.join('\n') };
}

describe('TourLog', () => {
  it('prints what a step shows and hands its value on', async () => {
    const { terminal, text } = plainTerminal();
    const tour = new TourLog(terminal);
    const value = await tour.step('a step', async () => ({ gist: 'went well', details: ['more'], value: 7 }));
    expect(value).toBe(7);
    expect(tour).toMatchObject({ passed: 1, failed: 0 });
    expect(text()).toMatch(/^ {2}ok +a step +went well {2}\d+ ms\n +more$/);
  });

  it('prints expected and actual of a step that shows something else, and goes on', async () => {
    const { terminal, text } = plainTerminal();
    const tour = new TourLog(terminal);
    const value = await tour.step('a step', async () => {
      expectEqual('status', 200, 401);
      return { gist: 'never', value: 7 };
    });
    expect(value).toBeUndefined();
    expect(tour).toMatchObject({ passed: 0, failed: 1 });
    expect(text()).toMatch(/FAILED a step +status .*\n +expected +401\n +actual +200$/);
  });

  it('counts a step that throws as failed', async () => {
    const { terminal, text } = plainTerminal();
    const tour = new TourLog(terminal);
    await tour.step('a step', () => Promise.reject(new Error('connection refused')));
    expect(tour.failed).toBe(1);
    expect(text()).toContain('connection refused');
  });
});

describe('expectThat', () => {
  it('throws what was expected and what came', () => {
    expect(() => expectThat(false, 'rows', 'at least one', { rows: [] })).toThrow(
      'rows: expected at least one, got { rows: [] }',
    );
    expect(() => expectThat(true, 'rows', 'at least one', 0)).not.toThrow();
  });
});

describe('formatTable', () => {
  it('aligns columns, numbers to the right', () => {
    const { head, body } = formatTable(
      ['call', 'ms'],
      [
        ['logs:StartQuery', 7],
        ['sts', 1234],
      ],
    );
    expect([head, ...body]).toEqual(['call             ms', 'logs:StartQuery     7', 'sts              1234']);
  });
});

describe('shorten', () => {
  it('keeps one line within the width', () => {
    expect(shorten('one\n  line', 20)).toBe('one line');
    expect(shorten('abcdefghij', 5)).toBe('abcd…');
  });
});
