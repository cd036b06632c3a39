import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reading } from '../config/findings.js';
import { ReloadedFileStore } from './reloaded-file.store.js';
import type { SecurityEvent } from './security-event.js';

interface Rules {
  readonly allowed: readonly string[];
}

const FIRST: Rules = { allowed: ['alice'] };

let reading: Reading<Rules>;
let events: SecurityEvent[];
let file: ReloadedFileStore<Rules>;
let use: ((value: Rules) => void) | undefined;

beforeEach(() => {
  reading = { value: structuredClone(FIRST) };
  events = [];
  use = undefined;
  file = new ReloadedFileStore(
    { variable: 'ACCESS_FILE', first: FIRST, read: () => reading, use: (value) => use?.(value) },
    { record: (event) => void events.push(event) },
  );
});
afterEach(() => {
  file.stop();
  vi.useRealTimers();
});

const outcomes = (): unknown[] => events.map((event) => 'outcome' in event && event.outcome);

describe('ReloadedFileStore', () => {
  it('says nothing of a file that holds the same as before', () => {
    file.reload();
    expect([file.value, events]).toEqual([FIRST, []]);
  });

  it('takes a new version, and keeps it when the next one is bad, which is said once [CFG-03]', () => {
    reading = { value: { allowed: ['bob'] } };
    file.reload();
    reading = { problems: ['ACCESS_FILE line 1: is torn', 'ACCESS_FILE line 2: too'] };
    file.reload();
    file.reload();
    expect(file.value).toEqual({ allowed: ['bob'] });
    expect(events).toEqual([
      { name: 'config-file.reload', file: 'ACCESS_FILE', outcome: 'loaded' },
      {
        name: 'config-file.reload',
        file: 'ACCESS_FILE',
        outcome: 'failed',
        detail: 'ACCESS_FILE line 1: is torn; ACCESS_FILE line 2: too',
      },
    ]);
  });

  it('says that all is well again even when the bad version gives way to the one in force', () => {
    reading = { problems: ['ACCESS_FILE: cannot be read'] };
    file.reload();
    reading = { value: FIRST };
    file.reload();
    expect(outcomes()).toEqual(['failed', 'loaded']);
  });

  it('keeps the version in force when the new one cannot be used, and tries it again', () => {
    use = () => {
      throw new Error('canary');
    };
    reading = { value: { allowed: [] } };
    file.reload();
    expect([file.value, events]).toMatchObject([FIRST, [{ outcome: 'failed', detail: 'ACCESS_FILE: cannot be used' }]]);
    use = undefined;
    file.reload();
    expect([file.value, outcomes()]).toEqual([{ allowed: [] }, ['failed', 'loaded']]);
  });

  it('looks every ten seconds until it is stopped', () => {
    vi.useFakeTimers();
    file.start();
    reading = { value: { allowed: ['bob'] } };
    vi.advanceTimersByTime(9_999);
    expect(file.value).toEqual(FIRST);
    vi.advanceTimersByTime(1);
    expect(file.value).toEqual({ allowed: ['bob'] });
    file.stop();
    reading = { value: { allowed: [] } };
    vi.advanceTimersByTime(60_000);
    expect(file.value).toEqual({ allowed: ['bob'] });
  });
});
