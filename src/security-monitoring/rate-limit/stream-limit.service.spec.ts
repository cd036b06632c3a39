import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINIMAL_ENV } from '../../../test/support/border-app.js';
import { loadAppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import { LOCAL_PRINCIPAL } from '../../principal.js';
import { setRequestFacts } from '../http/request-facts.js';
import type { SecurityEvent } from '../security-event.js';
import type { SecurityEventsService } from '../security-events.service.js';
import { StreamLimitService } from './stream-limit.service.js';

const REQUEST = {};
setRequestFacts(REQUEST, { requestId: 'r', correlationId: 'c', clientIp: '192.0.2.1', method: 'POST', path: '/mcp' });

const user = (subject: number) => ({ ...LOCAL_PRINCIPAL, subject: String(subject) });

function streamLimit(perUser: number, all: number, events: SecurityEvent[] = []): StreamLimitService {
  const env = { MAX_STREAMS_PER_USER: String(perUser), MAX_STREAMS: String(all) };
  const recorder = { record: (event: SecurityEvent) => events.push(event) };
  return new StreamLimitService(
    loadAppConfig({ ...MINIMAL_ENV, ...env }),
    recorder as unknown as SecurityEventsService,
  );
}

describe('StreamLimitService', () => {
  it('refuses the stream beyond those of one caller and beyond those of all, with 429 and one event [LIM-12]', () => {
    const events: SecurityEvent[] = [];
    const limit = streamLimit(2, 3, events);
    const closers = [limit.open(REQUEST, user(1)), limit.open(REQUEST, user(1))];
    expect(() => limit.open(REQUEST, user(1))).toThrow('You have 2 streams open, as many as one caller may.');
    limit.open(REQUEST, user(2));
    const refusal = (() => {
      try {
        return limit.open(REQUEST, user(3));
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(HttpRefusal);
    expect(refusal).toMatchObject({ status: 429, code: 'rate_limited', headers: { 'Retry-After': '5' } });
    expect(events.map((event) => 'reason' in event && event.reason)).toEqual(['rate_limited', 'rate_limited']);
    closers[0]?.();
    expect(limit.open(REQUEST, user(3))).toBeTypeOf('function');
  });

  it('never counts beyond its limits and gives every stream back once, whoever closes when and how often', () => {
    const step = fc.record({ user: fc.nat(4), close: fc.boolean(), pick: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 4 }), (steps, perUser) => {
        const limit = streamLimit(perUser, 7);
        const closers: (() => void)[] = [];
        const open: number[] = [];
        for (const { user: subject, close, pick } of steps) {
          const index = pick % Math.max(1, closers.length);
          if (close && closers[index] !== undefined) {
            closers[index]();
            open[index] = -1;
          } else {
            const own = open.filter((owner) => owner === subject).length;
            const all = open.filter((owner) => owner >= 0).length;
            if (own >= perUser || all >= 7) {
              expect(() => limit.open(REQUEST, user(subject))).toThrow(HttpRefusal);
            } else {
              closers.push(limit.open(REQUEST, user(subject)));
              open.push(subject);
            }
          }
          expect(limit.size).toBe(open.filter((owner) => owner >= 0).length);
        }
        closers.forEach((close) => close());
        expect(limit.size).toBe(0);
      }),
    );
  });
});
