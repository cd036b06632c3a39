import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALICE_ROLE, BOB_ROLE, type Stack, startStack } from '../support/stack.js';

const USERS = 200;
/** `npm run test:isolation` makes it 50, 10,000 calls in all. */
const CALLS = Number(process.env['ISOLATION_CALLS'] ?? 5);

const WINDOW = { start_time: 'now-10m', end_time: 'now' };
const METRIC = { id: 'm1', metric_stat: { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced', statistic: 'Sum' } };

interface Answer {
  readonly id: number;
  readonly result?: { readonly structuredContent?: { readonly metricDataResults: { readonly label: string }[] } };
}

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

describe(`200 users with ${CALLS} interleaved calls each`, () => {
  it(
    'get answers of their own, each signed by their own session [ISO-01][MCP-14][B6]',
    { timeout: 120_000 },
    async () => {
      const users = await Promise.all(
        Array.from({ length: USERS }, async (_, index) => {
          const role = index % 2 === 0 ? ALICE_ROLE : BOB_ROLE;
          const sub = `user-${index}`;
          return { sub, account: role.split(':')[4] ?? '', token: await stack.token(sub, { 'custom:role_arn': role }) };
        }),
      );
      const wrong: string[] = [];
      let answers = 0;
      let next = 0;
      // Every user counts request ids from 0, as real clients do.
      const worker = async (): Promise<void> => {
        for (let turn = next++; turn < USERS * CALLS; turn = next++) {
          const user = users[turn % USERS] as (typeof users)[number];
          const id = Math.floor(turn / USERS);
          const marker = `${user.sub}-call-${id}`;
          const response = await fetch(stack.endpoint, {
            method: 'POST',
            headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' },
            body: JSON.stringify({
              jsonrpc: '2.0',
              id,
              method: 'tools/call',
              params: { name: 'get_metric_data', arguments: { ...WINDOW, queries: [{ ...METRIC, label: marker }] } },
            }),
          });
          const body = (await response.json()) as Answer;
          answers += 1;
          if (body.id !== id || body.result?.structuredContent?.metricDataResults[0]?.label !== marker)
            wrong.push(JSON.stringify(body));
        }
      };
      await Promise.all(Array.from({ length: 100 }, worker));

      expect(wrong).toEqual([]);
      expect(answers).toBe(USERS * CALLS);
      const signed = stack.aws.calls.of('GetMetricData');
      expect(signed).toHaveLength(USERS * CALLS);
      const foreign = signed.filter(({ principalArn, accountId, input, verified }) => {
        const [query] = (input as { MetricDataQueries: { Label: string }[] }).MetricDataQueries;
        const user = query?.Label.split('-call-')[0];
        const owner = users.find(({ sub }) => sub === user);
        return !verified || accountId !== owner?.account || !principalArn?.includes(`/${user}-`);
      });
      expect(foreign).toEqual([]);
      expect(stack.aws.calls.of('AssumeRole')).toHaveLength(USERS);
      const audited = stack.log.lines().filter((line) => JSON.stringify(line).includes('"tool.called"'));
      expect(audited).toHaveLength(USERS * CALLS);
    },
  );
});
