import { describe, expect, it } from 'vitest';
import { parseApiKeys } from '../config/api-key-entries.js';
import { newApiKey } from '../config/api-key-format.js';
import { describeKey, readOptions } from './api-key-command.js';

const NOW = Date.parse('2026-11-21T12:00:00Z') / 1000;

describe('readOptions', () => {
  it('takes a label and a last day', () => {
    expect(readOptions(['--label', 'ci'], NOW)).toEqual({ label: 'ci' });
    expect(readOptions(['--expires=2026-11-21', '--label=ci'], NOW)).toEqual({ label: 'ci', expires: '2026-11-21' });
  });

  it.each([
    [[], '--label is missing'],
    [['--label', ''], '--label must be'],
    [['--label', 'a b'], '--label must be'],
    [['--label', 'a:b'], '--label must be'],
    [['--label', 'x'.repeat(65)], '--label must be'],
    [['--label'], '--label'],
    [['--lable', 'ci'], '--lable'],
    [['ci'], 'ci'],
    [['--label', 'ci', '--expires', 'soon'], '--expires must be a date'],
    [['--label', 'ci', '--expires', '2027-02-30'], '--expires must be a date'],
    [['--label', 'ci', '--expires', '2026-11-20'], '--expires lies in the past'],
  ])('says in one line what is wrong with %j', (args, message) => {
    expect(() => readOptions(args, NOW)).toThrow(message);
    expect(() => readOptions(args, NOW)).toThrow(/^[^\n]{1,120}$/);
  });
});

describe('describeKey', () => {
  it('shows the key once and an entry that the server accepts it by [A6]', () => {
    const key = newApiKey();
    const text = describeKey(key, { label: 'ci', expires: '2027-01-31' });
    expect(text.split(key)).toHaveLength(2);
    const entry = /^ {2}(ci:sha256:\S+)$/m.exec(text)?.[1] ?? '';
    expect(parseApiKeys(entry)).toEqual({
      entries: [{ ...parseApiKeys(key).entries[0], label: 'ci', expiresAt: Date.parse('2027-02-01') / 1000 }],
      problems: [],
    });
  });
});
