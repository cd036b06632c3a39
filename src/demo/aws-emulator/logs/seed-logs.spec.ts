import { describe, expect, it } from 'vitest';
import { failuresInMinute, requestsInMinute, serviceNamed } from '../scenario.js';
import { LOGISTICS_ACCOUNT } from '../scenario-accounts.js';
import { discoverFields, fieldAt } from './insights/discovered-fields.js';
import { LogsFixture } from './logs-fixture.js';

const MINUTE_MS = 60_000;

describe('seedLogs', () => {
  it('writes one line a request and one error a failure, minute by minute', () => {
    const logs = new LogsFixture();
    const [shop, logistics] = logs.scenario.accounts;
    if (!shop || !logistics) throw new Error('an account is missing');
    for (const [account, service, group] of [
      [shop, 'checkout', '/shop/checkout'],
      [shop, 'inventory', '/shop/inventory'],
      [logistics, 'tracking', '/logistics/tracking'],
    ] as const) {
      for (const minutesAgo of [2, 130, 150, 1_000, 4_380, 20_000]) {
        const at = new Date(Math.floor(logs.start.getTime() / MINUTE_MS - minutesAgo) * MINUTE_MS);
        const events =
          logs
            .store(account.id)
            .group(group)
            ?.events(at.getTime(), at.getTime() + MINUTE_MS - 1) ?? [];
        const errors = events.filter(({ message }) => fieldAt(discoverFields(message), 'level') === 'ERROR');
        expect(events).toHaveLength(requestsInMinute(serviceNamed(account, service), at));
        expect(errors).toHaveLength(failuresInMinute(serviceNamed(account, service), at));
      }
    }
  });

  it('tells the same past whenever it is asked, and whatever it is asked first', () => {
    const from = new LogsFixture().start.getTime() - 200 * MINUTE_MS;
    const read = (fixture: LogsFixture, from2: number, to: number): unknown =>
      fixture.store().group('/shop/payments')?.events(from2, to);
    const once = new LogsFixture();
    const whole = read(once, from, from + 10 * MINUTE_MS);
    const again = new LogsFixture();
    again.wait(3_600_000);
    const halves = [
      read(again, from, from + 5 * MINUTE_MS),
      read(again, from + 5 * MINUTE_MS + 1, from + 10 * MINUTE_MS),
    ];
    expect(halves.flat()).toEqual(whole);
  });

  it('shows nothing of the future, nothing expired, and goes on with time', () => {
    const logs = new LogsFixture();
    const group = logs.store().group('/shop/web');
    const now = logs.start.getTime();
    const day = 1_440 * MINUTE_MS;
    expect(group?.events(now + 1, now + 10 * MINUTE_MS)).toEqual([]);
    expect(group?.events(now - 15 * day, now - 14 * day - 1)).toEqual([]);
    logs.wait(5 * MINUTE_MS);
    expect(group?.events(now + 1, now + 10 * MINUTE_MS).length).toBeGreaterThan(50);
  });

  it('follows one request from the web to the payment by its id', () => {
    const logs = new LogsFixture();
    const from = logs.start.getTime() - 150 * MINUTE_MS;
    const texts = (name: string): string[] =>
      (
        logs
          .store()
          .group(name)
          ?.events(from, from + MINUTE_MS) ?? []
      ).map(({ message }) => message);
    const failed = texts('/shop/payments').find((message) => message.includes('PaymentProviderTimeout')) ?? '';
    const { requestId } = JSON.parse(failed) as { requestId: string };
    expect(texts('/shop/checkout').some((text) => text.includes(requestId) && text.includes('payment failed'))).toBe(
      true,
    );
    expect(texts('/shop/web').some((text) => text.includes(`POST /checkout`) && text.includes(requestId))).toBe(true);
  });

  it('keeps the events of a group ascending, with streams it lists and unique ids', () => {
    const logs = new LogsFixture();
    for (const accountId of [undefined, LOGISTICS_ACCOUNT]) {
      for (const group of logs.store(accountId).groups()) {
        const events = group.events(logs.start.getTime() - 20 * MINUTE_MS, logs.start.getTime());
        expect(events.length, group.name).toBeGreaterThan(5);
        const streams = new Set(group.streams().map(({ name }) => name));
        const keys = events.map(({ timestamp, sequence }) => `${timestamp}/${String(sequence).padStart(9, '0')}`);
        expect(keys).toEqual([...new Set(keys)].toSorted());
        expect(events.filter(({ logStreamName }) => !streams.has(logStreamName))).toEqual([]);
      }
    }
  });
});
