import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ALICE_ROLE, BOB_ROLE, type Stack, startStack } from '../support/stack.js';

/** Three times AWS's quota of ten DescribeLogGroups a second, so that the tests are short. */
const QUOTA = 30;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { AWS_CALL_RATE: '3' } });
});
afterAll(() => stack.close());
afterEach(() => stack.aws.calls.clear());

interface Outcome {
  readonly status: number;
  readonly ms: number;
}

const tokenOf = (user: string, role = ALICE_ROLE): Promise<string> => stack.token(user, { 'custom:role_arn': role });

/** Calls at once, and what became of each. */
function callAtOnce(token: string, count: number): Promise<readonly Outcome[]> {
  const started = performance.now();
  const one = async (): Promise<Outcome> => {
    const { status } = await stack.call(token, 'describe_log_groups', { max_items: 1 });
    return { status, ms: performance.now() - started };
  };
  return Promise.all(Array.from({ length: count }, one));
}

/**
 * Calls that AWS saw before their second had come: those of the first second may be there at once, the next ones a second
 * later, and so on. Whatever holds calls up on their way only makes them come later.
 */
function early(since: number): number[] {
  const times = stack.aws.calls.of('DescribeLogGroups').map(({ at }) => at.getTime() - since);
  return times.toSorted((a, b) => a - b).filter((at, index) => at < Math.floor(index / QUOTA) * 1_000);
}

describe('the calls of many users of one account', () => {
  it("stay within AWS's quota and are all answered, while each user takes turns", { timeout: 120_000 }, async () => {
    const tokens = await Promise.all(Array.from({ length: 10 }, (_, index) => tokenOf(`limited-${index}`)));
    const since = Date.now();
    const users = await Promise.all(tokens.map((token) => callAtOnce(token, 20)));
    expect(users.flat().map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
    expect(stack.aws.calls.of('DescribeLogGroups')).toHaveLength(200);
    expect(early(since)).toEqual([]);
    // Nobody's first call waits for another's twentieth.
    const first = users.map((calls) => Math.min(...calls.map(({ ms }) => ms)));
    const last = Math.max(...users.flat().map(({ ms }) => ms));
    expect(Math.max(...first)).toBeLessThan(last * 0.75);
    // STS has quotas of its own.
    expect(stack.aws.calls.of('AssumeRole')).toHaveLength(10);
  });

  it("are not held up by one user's crowd, nor by another account's", { timeout: 120_000 }, async () => {
    const [crowd, other, elsewhere] = [await tokenOf('crowd'), await tokenOf('other'), await tokenOf('away', BOB_ROLE)];
    const running = callAtOnce(crowd, 150);
    const alone = await Promise.all([other, elsewhere].map((token) => callAtOnce(token, 1)));
    const crowded = await running;
    expect([...alone.flat(), ...crowded].every(({ status }) => status === 200)).toBe(true);
    const last = Math.max(...crowded.map(({ ms }) => ms));
    for (const [one] of alone) expect(one?.ms).toBeLessThan(last * 0.75);
  });
});
