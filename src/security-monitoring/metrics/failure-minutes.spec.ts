import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTH_FAILURE_REASONS, type AuthFailureReason } from '../security-event.js';
import { CLOUDWATCH_METRICS, type MetricPoint } from './cloudwatch-metrics.js';
import { FailureMinutes } from './failure-minutes.js';
import { NamedAddresses } from './named-addresses.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 21, 12);

const minutes = (addresses = 50): FailureMinutes => new FailureMinutes(new NamedAddresses(addresses));
const failure = (reason: AuthFailureReason = 'bad_signature', clientIp = '203.0.113.9', path = '/mcp') => ({
  reason,
  clientIp,
  path,
});
const sum = (points: readonly MetricPoint[]): number => points.reduce((total, { count }) => total + count, 0);
const byClient = (points: readonly MetricPoint[]): readonly MetricPoint[] =>
  points.filter(({ dimensions }) => 'ClientIp' in dimensions);
const names = (points: readonly MetricPoint[]): ReadonlySet<string | undefined> =>
  new Set(byClient(points).map(({ dimensions }) => dimensions['ClientIp']));

describe('FailureMinutes', () => {
  it('counts by endpoint and address, by reason, and what is suspicious, a minute at a time [D3]', () => {
    const counted = minutes();
    for (const _ of [1, 2, 3]) counted.add(failure(), NOON + 59_999);
    counted.add(failure('missing'), NOON + 1);
    counted.add(failure('aud_mismatch', '198.51.100.7', '/mcp/tools/call'), NOON + MINUTE);
    expect(counted.take()).toEqual([
      { metric: 'AuthenticationFailures', minuteMs: NOON, count: 3, dimensions: { Reason: 'bad_signature' } },
      { metric: 'AuthenticationFailures', minuteMs: NOON, count: 1, dimensions: { Reason: 'missing' } },
      { metric: 'SuspiciousAuthenticationFailures', minuteMs: NOON, count: 3, dimensions: {} },
      {
        metric: 'AuthenticationFailures',
        minuteMs: NOON,
        count: 4,
        dimensions: { Endpoint: '/mcp', ClientIp: '203.0.113.9' },
      },
      { metric: 'AuthenticationFailures', minuteMs: NOON + MINUTE, count: 1, dimensions: { Reason: 'aud_mismatch' } },
      { metric: 'SuspiciousAuthenticationFailures', minuteMs: NOON + MINUTE, count: 1, dimensions: {} },
      { metric: 'WrongAudience', minuteMs: NOON + MINUTE, count: 1, dimensions: {} },
      {
        metric: 'AuthenticationFailures',
        minuteMs: NOON + MINUTE,
        count: 1,
        dimensions: { Endpoint: '/mcp/tools/call', ClientIp: '198.51.100.7' },
      },
    ]);
    expect(counted.take()).toEqual([]);
  });

  it('counts as suspicious neither what a sign-in causes nor what an identity provider does [D4]', () => {
    const unsuspicious = AUTH_FAILURE_REASONS.filter((reason) => {
      const counted = minutes();
      counted.add(failure(reason), NOON);
      return !counted.take().some(({ metric }) => metric === 'SuspiciousAuthenticationFailures');
    });
    expect(unsuspicious).toEqual([
      'missing',
      'expired',
      'scope_insufficient',
      'rate_limited',
      'idp_unavailable',
      'introspection_unavailable',
    ]);
  });

  it('names 50 addresses an hour at most, the suspicious ones first, and others in the next hour [D3]', () => {
    const counted = minutes();
    for (let n = 0; n < 300; n++) counted.add(failure('missing', `198.51.${n >> 8}.${n & 255}`), NOON);
    for (let n = 0; n < 40; n++) counted.add(failure('bad_signature', `203.0.113.${n}`), NOON);
    const first = counted.take();
    const suspicious = [...names(first)].filter((name) => name?.startsWith('203.'));
    expect(suspicious).toHaveLength(40);
    expect(names(first).size).toBe(41);
    expect(sum(byClient(first))).toBe(340);
    for (let n = 40; n < 80; n++) counted.add(failure('bad_signature', `203.0.113.${n}`), NOON + MINUTE);
    const second = names(counted.take());
    expect(second.size).toBe(11);
    expect(new Set([...names(first), ...second]).size).toBe(51);
    counted.add(failure('bad_signature', '203.0.113.99'), NOON + HOUR);
    expect(names(counted.take())).toEqual(new Set(['203.0.113.99']));
  });

  it('keeps half of the names from a crowd that only forgot its credentials', () => {
    const counted = minutes();
    for (let n = 0; n < 300; n++) counted.add(failure('missing', `198.51.${n >> 8}.${n & 255}`), NOON);
    expect(names(counted.take()).size).toBe(26);
  });

  it('takes the /64 of an IPv6 address as one', () => {
    const counted = minutes();
    for (let n = 1; n < 9; n++) counted.add(failure('bad_signature', `2001:db8:1:2::${n}`), NOON);
    expect(names(counted.take())).toEqual(new Set(['2001:db8:1:2::/64']));
  });

  it('loses no count and stays bounded, whatever strangers send', () => {
    const stranger = fc.record({
      reason: fc.constantFrom(...AUTH_FAILURE_REASONS),
      clientIp: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('unknown')),
      path: fc.oneof(fc.constantFrom('/mcp', '/mcp/tools/call'), fc.string()),
    });
    fc.assert(
      fc.property(fc.array(stranger, { maxLength: 400 }), fc.integer({ min: 2, max: 50 }), (failures, most) => {
        const counted = minutes(most);
        failures.forEach((each, index) => counted.add(each, NOON + index * 10));
        const points = counted.take();
        expect(sum(byClient(points))).toBe(failures.length);
        expect(sum(points.filter(({ dimensions }) => 'Reason' in dimensions))).toBe(failures.length);
        expect(names(points).size).toBeLessThanOrEqual(most + 1);
        for (const { metric, dimensions } of points) {
          expect(CLOUDWATCH_METRICS[metric]).toContainEqual(Object.keys(dimensions));
          expect(Object.values(dimensions).every((value) => /^[\x21-\x7e]{1,250}$/.test(value))).toBe(true);
        }
      }),
    );
  });

  it('holds 2,000 addresses of a minute in memory, and counts the rest together', () => {
    const counted = minutes(50_000);
    for (let n = 0; n < 10_000; n++) counted.add(failure('bad_signature', `10.0.${n >> 8}.${n & 255}`), NOON);
    const points = byClient(counted.take());
    expect(points).toHaveLength(2_001);
    expect(sum(points)).toBe(10_000);
  });
});
