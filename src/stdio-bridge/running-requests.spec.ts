import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Running, RunningRequests } from './running-requests.js';

const id = fc.constantFrom<string | number>(1, 2, '1', '2', 'a');
const step = fc.record({ do: fc.constantFrom('begin', 'settle', 'cancel'), id });

describe('RunningRequests', () => {
  it('lets each request that has begun be answered once, or not at all once it is cancelled', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const requests = new RunningRequests();
        const open = new Map<string | number, Running>();
        const everBegun: Running[] = [];
        for (const { do: what, id: given } of steps) {
          if (what === 'begin') {
            const running = requests.begin(given, false);
            expect(running === undefined).toBe(open.has(given));
            if (running === undefined) continue;
            open.set(given, running);
            everBegun.push(running);
          } else if (what === 'cancel') {
            expect(requests.cancel(given)).toBe(open.get(given));
            open.delete(given);
          } else {
            // Also those of before: an answer that comes late finds another request, or none.
            const answerable = everBegun.filter((running) => requests.settle(running));
            expect(answerable).toEqual([...open.values()]);
            open.clear();
          }
        }
      }),
    );
  });

  it('aborts a cancelled request, and ignores the cancellation of none', () => {
    const requests = new RunningRequests();
    const running = requests.begin(1, false);
    expect([requests.cancel('1'), requests.cancel(undefined), running?.abort.signal.aborted]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    requests.cancel(1);
    expect(running?.abort.signal.aborted).toBe(true);
  });
});
