import { type StartLiveTailResponseStream, StartLiveTailCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../../test/support/busy.js';
import { eventually } from '../../../test/support/stack.js';
import { type AwsEmulator, startAwsEmulator } from './emulator.js';
import { assume, clients, failureOf, type Keys } from './emulator-fixture.js';

const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web';

let emulator: AwsEmulator;
let keys: Keys;

beforeAll(async () => {
  emulator = await startAwsEmulator();
  keys = await assume(emulator.url);
});
beforeEach(() => {
  emulator.calls.clear();
  emulator.faults.clear();
});
afterAll(() => emulator.close());

const client = () => {
  const { logs } = clients(emulator.url, keys);
  logs.config.disableHostPrefix = true;
  return logs;
};

/** Opens a session; `hangUp` closes its connection. */
async function open(): Promise<{ events: AsyncIterator<StartLiveTailResponseStream>; hangUp: () => void }> {
  const abort = new AbortController();
  const command = new StartLiveTailCommand({ logGroupIdentifiers: [ARN] });
  const { responseStream } = await client().send(command, { abortSignal: abort.signal });
  if (!responseStream) throw new Error('no stream');
  return { events: responseStream[Symbol.asyncIterator](), hangUp: () => abort.abort() };
}

describe('StartLiveTail', () => {
  it('streams a start and an update each second, which the SDK reads, until the client hangs up', async () => {
    const { events, hangUp } = await open();
    expect((await events.next()).value).toMatchObject({ sessionStart: { logGroupIdentifiers: [ARN] } });
    const at = performance.now();
    expect((await events.next()).value).toMatchObject({ sessionUpdate: { sessionMetadata: { sampled: false } } });
    expect(performance.now() - at).toBeLessThan(1_000 + BUSY_MS);
    const [session] = emulator.calls.of('StartLiveTail');
    expect(session?.streamEndedAt).toBeUndefined();
    hangUp();
    await eventually(() => expect(session?.streamEndedAt).toBeInstanceOf(Date));
    await expect(events.next()).rejects.toThrow();
  });

  it('ends with the exception of a planned fault, or a broken connection', async () => {
    emulator.faults.add({ operation: 'logs:StartLiveTail/event', kind: 'error', code: 'SessionStreamingException' });
    const { events } = await open();
    expect((await failureOf(events.next())).name).toBe('SessionStreamingException');
    emulator.faults.clear();
    const broken = await open();
    await broken.events.next();
    emulator.faults.add({ operation: 'logs:StartLiveTail/event', kind: 'reset' });
    expect((await failureOf(broken.events.next())).message).toBe('aborted');
  });

  it.each([
    [[], 'InvalidParameterException'],
    [['/shop/web'], 'InvalidParameterException'],
    [[`${ARN}:*`], 'InvalidParameterException'],
    [Array.from({ length: 11 }, () => ARN), 'InvalidParameterException'],
    [[ARN.replace('/shop/web', '/no/such')], 'ResourceNotFoundException'],
    [[ARN.replace('/shop/web', '/shop/order-archive')], 'InvalidOperationException'],
    [[ARN.replace('111111111111', '222222222222')], 'AccessDeniedException'],
  ])('refuses %j with %s', async (logGroupIdentifiers, name) => {
    const refused = client().send(new StartLiveTailCommand({ logGroupIdentifiers }));
    expect((await failureOf(refused)).name).toBe(name);
  });
});
