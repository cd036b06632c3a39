import type { FilterLogEventsCommandOutput, GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it } from 'vitest';
import { LogsFixture } from './logs-fixture.js';

let logs: LogsFixture;

beforeEach(() => {
  logs = new LogsFixture();
});

const filter = (input: object) => logs.call<FilterLogEventsCommandOutput>('FilterLogEvents', input);
const read = (input: object) => logs.call<GetLogEventsCommandOutput>('GetLogEvents', input);

describe('FilterLogEvents', () => {
  it('pages from the newest on, in the direction of the first request', async () => {
    const input = { logGroupName: '/shop/web', startTime: logs.minutesAgo(10) * 1_000 };
    const { events: whole = [] } = await filter(input);
    const ids: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({
        ...input,
        startFromHead: nextToken === undefined ? false : undefined,
        limit: 41,
        nextToken,
      });
      ids.push(...(page.events ?? []).map(({ eventId }) => eventId));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(ids).toEqual(whole.map(({ eventId }) => eventId).toReversed());
  });

  it('does not go from the newest on back beyond 2024', async () => {
    const input = { logGroupName: '/shop/web', startTime: Date.UTC(2023, 11, 31), startFromHead: false };
    await expect(filter(input)).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('GetLogEvents', () => {
  it.each([
    ['forward', { startFromHead: true }, ['first', 'last']],
    ['backward', {}, ['last', 'first']],
  ])('leads %s over empty pages where other streams fill the group', async (direction, from, expected) => {
    const group = { logGroupName: '/shop/web', logStreamName: 'rare' };
    await logs.call('CreateLogStream', group);
    for (const [minutes, message] of [
      [24 * 60, 'first'],
      [0, 'last'],
    ] as const) {
      const logEvents = [{ timestamp: logs.minutesAgo(minutes) * 1_000, message }];
      await logs.call('PutLogEvents', { ...group, logEvents });
    }
    const pages: (string | undefined)[][] = [];
    let nextToken: string | undefined;
    for (;;) {
      const page = await read({ ...group, ...from, nextToken });
      pages.push((page.events ?? []).map(({ message }) => message));
      const next = direction === 'forward' ? page.nextForwardToken : page.nextBackwardToken;
      if (next === nextToken) break;
      nextToken = next;
    }
    expect(pages.flat()).toEqual(expected);
    expect(pages.slice(0, -1).some((page) => page.length === 0)).toBe(true);
  });
});

describe('a log group of the class INFREQUENT_ACCESS', () => {
  it.each([
    ['FilterLogEvents', {}],
    ['GetLogEvents', { logStreamName: 's' }],
  ])('is not read by %s', async (operation, input) => {
    await expect(logs.call(operation, { logGroupName: '/shop/order-archive', ...input })).rejects.toMatchObject({
      code: 'InvalidOperationException',
      message: expect.stringContaining('INFREQUENT_ACCESS'),
    });
  });
});
