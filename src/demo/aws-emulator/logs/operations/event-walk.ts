import type { LogEvent } from '../log-event.js';
import type { LogGroup } from '../log-group.js';

const STEP_MS = 3_600_000;

/** Events from `from` to `to`, both included, oldest first, an hour at a time. */
export function* oldestFirst(group: LogGroup, from: number, to: number): Generator<readonly LogEvent[]> {
  for (let at = Math.max(from, group.earliest()); at <= to; at += STEP_MS) {
    yield group.events(at, Math.min(to, at + STEP_MS - 1));
  }
}

/** Events from `from` to `to`, both included, newest first, an hour at a time. */
export function* newestFirst(group: LogGroup, from: number, to: number): Generator<readonly LogEvent[]> {
  const first = Math.max(from, group.earliest());
  for (let at = to; at >= first; at -= STEP_MS) {
    yield group.events(Math.max(first, at - STEP_MS + 1), at).toReversed();
  }
}
