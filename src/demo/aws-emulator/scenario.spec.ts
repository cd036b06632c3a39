import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  errorRate,
  failuresInMinute,
  HOUR_MS,
  isDuringIncident,
  latencyProfile,
  memoryPercent,
  MINUTE_MS,
  random,
  requestLatencyMs,
  requestsInMinute,
  requestsPerMinute,
  serviceNamed,
} from './scenario.js';
import { createScenario } from './scenario-accounts.js';

const START = new Date('2026-11-18T12:00:30Z');
const [shop, logistics] = createScenario(START).accounts as [
  ReturnType<typeof createScenario>['accounts'][number],
  ReturnType<typeof createScenario>['accounts'][number],
];
const checkout = serviceNamed(shop, 'checkout');
const minutesAgo = (minutes: number): Date => new Date(createScenario(START).start.getTime() - minutes * MINUTE_MS);

describe('random', () => {
  it('depends on nothing but its arguments and stays in [0, 1)', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.oneof(fc.string(), fc.integer({ min: 0, max: 2 ** 40 }))), (seed, keys) => {
        const value = random(seed, ...keys);
        expect(value).toBe(random(seed, ...keys));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
      }),
    );
  });

  it('spreads evenly over consecutive minutes', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let minute = 29_700_000; minute < 29_710_000; minute += 1) tenths[Math.floor(random(7, minute) * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

describe('requestsPerMinute', () => {
  it('follows the day: the busiest hour has more than twice the traffic of the quietest', () => {
    const busy = requestsPerMinute(checkout, new Date('2026-11-17T19:00:00Z'));
    const quiet = requestsPerMinute(checkout, new Date('2026-11-17T07:00:00Z'));
    expect(busy).toBeGreaterThan(2 * quiet);
  });

  it('follows the week: people shop on Saturday, parcels move on Tuesday', () => {
    const at = (service: Parameters<typeof requestsPerMinute>[0], day: string) =>
      requestsPerMinute(service, new Date(`${day}T12:00:00Z`)) / service.peakRequestsPerMinute;
    expect(at(checkout, '2026-11-14')).toBeGreaterThan(at(checkout, '2026-11-17'));
    const tracking = serviceNamed(logistics, 'tracking');
    expect(at(tracking, '2026-11-14')).toBeLessThan(0.7 * at(tracking, '2026-11-17'));
  });
});

describe('createScenario', () => {
  it('tells the same story for the same start, whenever it is asked', () => {
    const again = createScenario(new Date('2026-11-18T12:00:59Z'));
    expect(again).toEqual(createScenario(START));
    expect(requestsInMinute(serviceNamed(again.accounts[0]!, 'web'), minutesAgo(99))).toBe(
      requestsInMinute(serviceNamed(shop, 'web'), minutesAgo(99)),
    );
  });

  it('puts the incident of the shop into the last three hours, 50 minutes long and over', () => {
    const { from, until } = shop.incident;
    expect(until.getTime() - from.getTime()).toBe(50 * MINUTE_MS);
    expect(from.getTime()).toBeGreaterThan(START.getTime() - 3 * HOUR_MS);
    expect(until.getTime()).toBeLessThan(START.getTime());
  });

  it('puts the incident of the logistics company on another day', () => {
    expect(logistics.incident.until.getTime()).toBeLessThan(START.getTime() - DAY_MS);
  });
});

describe('errorRate', () => {
  it('is high in the incident, pauses in it and is back to normal after it', () => {
    expect(errorRate(checkout, minutesAgo(170))).toBe(checkout.baseErrorRate);
    expect(errorRate(checkout, minutesAgo(160))).toBeGreaterThan(0.4);
    expect(errorRate(checkout, minutesAgo(140))).toBe(checkout.baseErrorRate);
    expect(errorRate(checkout, minutesAgo(130))).toBeGreaterThan(0.4);
    expect(errorRate(checkout, minutesAgo(60))).toBe(checkout.baseErrorRate);
  });

  it('never touches a service outside the incident', () => {
    const inventory = serviceNamed(shop, 'inventory');
    for (let minute = 0; minute < 300; minute += 1) expect(errorRate(inventory, minutesAgo(minute))).toBe(0.003);
  });
});

describe('failuresInMinute', () => {
  it('is a whole number between none and all of the requests', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 14 * 1440 }), fc.constantFrom(...shop.services), (minutes, service) => {
        const at = minutesAgo(minutes);
        const failures = failuresInMinute(service, at);
        expect(Number.isInteger(failures)).toBe(true);
        expect(failures).toBeGreaterThanOrEqual(0);
        expect(failures).toBeLessThanOrEqual(requestsInMinute(service, at));
      }),
    );
  });
});

describe('requestLatencyMs', () => {
  it('lets the failing payments of the incident hang until the time-out', () => {
    const payments = serviceNamed(shop, 'payments');
    const at = minutesAgo(160);
    expect(isDuringIncident(shop, at)).toBe(true);
    expect(requestLatencyMs(payments, at, 0)).toBeGreaterThan(9_000);
    expect(requestLatencyMs(payments, at, requestsInMinute(payments, at))).toBeLessThan(9_000);
  });

  it('has the median of the profile over many requests', () => {
    const web = serviceNamed(shop, 'web');
    const at = minutesAgo(5_000);
    const latencies = Array.from({ length: 2_001 }, (_, index) => requestLatencyMs(web, at, index)).sort(
      (a, b) => a - b,
    );
    expect(latencies[1_000]! / latencyProfile(web, at).medianMs).toBeCloseTo(1, 1);
  });
});

describe('memoryPercent', () => {
  it('climbs for a leaking service and is flat for others', () => {
    const routing = serviceNamed(logistics, 'routing');
    const tracking = serviceNamed(logistics, 'tracking');
    expect(memoryPercent(routing, minutesAgo(1)) - memoryPercent(routing, minutesAgo(3_000))).toBeGreaterThan(40);
    expect(Math.abs(memoryPercent(tracking, minutesAgo(1)) - memoryPercent(tracking, minutesAgo(3_000)))).toBeLessThan(
      2,
    );
  });
});
