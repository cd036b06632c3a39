import type { FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { ask, calledAt, statQuery, valuesOf } from './cloudwatch/cloudwatch-fixture.js';
import { logsOperations } from './logs/logs-operations.js';
import { createScenario, LOGISTICS_ACCOUNT, SHOP_ACCOUNT } from './scenario-accounts.js';
import { MINUTE_MS } from './scenario.js';
import { createWorld } from './world.js';

const STARTS = ['2026-11-21T11:03:27Z', '2026-11-22T04:00:00Z', '2026-03-03T16:59:59Z'].map((time) => new Date(time));
const ROOTS = [
  [SHOP_ACCOUNT, 'payments', '/shop/payments'],
  [LOGISTICS_ACCOUNT, 'labels', '/logistics/labels'],
] as const;

describe('createWorld', () => {
  it.each(STARTS.flatMap((now) => ROOTS.map((root) => [now, ...root] as const)))(
    'logs as many failures as the metric counts, minutes into the incident: %s %s',
    async (now, id, service, logGroupName) => {
      const world = createWorld(() => now);
      const { from } = createScenario(now).accounts.find((account) => account.id === id)!.incident;
      const EndTime = new Date(from.getTime() + 5 * MINUTE_MS);
      const query = statQuery('m1', 'AWS/Lambda Errors', { FunctionName: service }, 'Sum', 60);
      const counts = valuesOf(ask(world.account(id)!.metrics, [query], 0, { StartTime: from, EndTime }, now));
      const counted = Object.values(counts).reduce((sum, value) => sum + value, 0);
      const output = (await logsOperations(world)['FilterLogEvents']!.handle(
        {
          logGroupName,
          startTime: from.getTime(),
          endTime: EndTime.getTime() - 1,
          filterPattern: '{ $.level = "ERROR" }',
        } as never,
        calledAt(now, id),
      )) as FilterLogEventsCommandOutput;
      expect(counted).toBeGreaterThan(3);
      expect(output.events).toHaveLength(counted);
    },
  );

  it('knows its accounts and no other', () => {
    const world = createWorld(() => STARTS[0]!);
    expect(world.account(SHOP_ACCOUNT)?.name).toBe('shop');
    expect(world.account(LOGISTICS_ACCOUNT)?.name).toBe('logistics');
    expect(world.account('333333333333')).toBeUndefined();
  });
});
