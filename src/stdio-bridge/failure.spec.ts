import { describe, expect, it } from 'vitest';
import { Failure, pauseBeforeRepeat, type Repeat } from './failure.js';

const pauses = (repeat: Repeat, method: string): (number | undefined)[] =>
  [1, 2, 3].map((tries) => pauseBeforeRepeat(new Failure('unreachable', 'x', { repeat }), method, tries));

describe('pauseBeforeRepeat', () => {
  it('repeats what never reached the server twice, tool calls too', () => {
    expect(pauses('safe', 'tools/call')).toEqual([250, 1000, undefined]);
  });

  it('repeats what may have reached it once, and only what changes nothing', () => {
    expect(pauses('idempotent', 'tools/list')).toEqual([250, undefined, undefined]);
    for (const method of ['tools/call', 'tasks/cancel', 'notifications/progress', '', 'anything/else']) {
      expect(pauses('idempotent', method)).toEqual([undefined, undefined, undefined]);
    }
  });

  it('repeats nothing else', () => {
    expect(pauses('never', 'tools/list')).toEqual([undefined, undefined, undefined]);
  });
});
