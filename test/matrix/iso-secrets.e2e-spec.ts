import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CredentialsExchangeService } from '../../src/credentials/credentials-exchange.service.js';
import { IdentityStore, type SessionIdentity } from '../../src/demo/aws-emulator/identities.js';
import {
  EXCHANGE_ACTION,
  EXCHANGES,
  type Exchange,
  type ExchangeStack,
  startExchangeStack,
} from '../support/exchange-stack.js';
import { disguises } from '../support/canaries.js';
import { leakedPiece } from '../support/no-leak.js';
import { ALICE_ROLE, LIMITED_ROLE, type Stack, startStack, type ToolAnswer } from '../support/stack.js';

const HOUR = { start_time: 'now-1h', end_time: 'now' };
const UNTRUSTED_ROLE = 'arn:aws:iam::111111111111:role/Untrusted';

/** Everything the process could have shown of itself while a stack ran. */
interface Shown {
  readonly answers: string[];
  readonly console: string[];
  /** What passed through the credentials room, as a debugger or a careless log line would print it. */
  readonly inspected: string[];
}

const CONSOLE = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const;

describe.each(EXCHANGES)('ISO-12: secrets on the way through %s', (exchange) => {
  let stack: ExchangeStack;
  const canaries = new Set<string>();
  const shown: Shown = { answers: [], console: [], inspected: [] };

  beforeAll(async () => {
    for (const method of CONSOLE)
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void shown.console.push(inspect(args)));
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => shown.console.push(String(chunk)) > 0);
    }
    watchSessions(canaries);
    watchExchanges(shown.inspected);
    // As much as a log can hold.
    stack = await startExchangeStack(exchange, { LOG_LEVEL: 'trace' });
    canaries.add(stack.apiKey);
    await everyWay(stack, exchange, canaries, shown.answers);
    shown.answers.push(await (await fetch(stack.app.metricsUrl)).text());
    await stack.close();
    vi.restoreAllMocks();
  });
  afterAll(() => vi.restoreAllMocks());

  const places = (): Record<string, string> => ({
    log: stack.log.text,
    'standard output': shown.console.join('\n'),
    'answers and metrics': shown.answers.join('\n'),
    'util.inspect and JSON': shown.inspected.join('\n'),
  });

  it('leaves none of them anywhere: log at its most talkative, output, answers, metrics, inspection [ISO-12][B9]', () => {
    expect(canaries.size).toBeGreaterThan(8);
    for (const [place, text] of Object.entries(places())) {
      for (const canary of canaries) {
        const found = disguises(canary).filter((form) => text.includes(form));
        expect(found, `a secret in ${place}`).toEqual([]);
      }
    }
  });

  it('leaves no piece of 16 characters either [ISO-12]', () => {
    for (const [place, text] of Object.entries(places())) {
      expect(leakedPiece(text, ...canaries), `a piece of a secret in ${place}`).toBeUndefined();
    }
  });

  it('did go every way it claims to have gone', () => {
    const codes = stack.log.lines().map(({ tool }) => (tool as { code?: string } | undefined)?.code);
    const expected = ['aws_access_denied', 'aws_throttled', 'aws_unavailable', 'invalid_input'];
    expect(codes).toEqual(expect.arrayContaining(expected));
    const reasons = stack.log.lines().map(({ auth }) => (auth as { reason?: string } | undefined)?.reason);
    expect(reasons).toEqual(expect.arrayContaining(['bad_signature', 'expired', 'key_unknown', 'malformed']));
    expect(shown.inspected.join()).toMatch(/UserCredentials\(ASIA/);
  });
});

/** Every key AWS hands out is a canary. */
function watchSessions(canaries: Set<string>): void {
  const { openSession } = IdentityStore.prototype as { openSession(this: void, ...args: unknown[]): SessionIdentity };
  vi.spyOn(IdentityStore.prototype, 'openSession').mockImplementation(function (this: IdentityStore, ...args) {
    const session = Reflect.apply(openSession, this, args);
    canaries.add(session.secretAccessKey).add(session.sessionToken);
    return session;
  });
}

/** What goes into exchanges and comes out of them, printed in every careless way. */
function watchExchanges(inspected: string[]): void {
  const print = (value: unknown): void => {
    inspected.push(inspect(value, { depth: Number.POSITIVE_INFINITY }), JSON.stringify(value), String(value));
  };
  for (const method of ['obtain', 'renew'] as const) {
    const original = CredentialsExchangeService.prototype[method];
    vi.spyOn(CredentialsExchangeService.prototype, method).mockImplementation(async function (
      this: CredentialsExchangeService,
      ...args: unknown[]
    ) {
      args.forEach(print);
      try {
        const credentials = await (original as (...all: unknown[]) => ReturnType<typeof original>).apply(this, args);
        print(credentials);
        return credentials;
      } catch (error) {
        print(error);
        throw error;
      }
    });
  }
}

/** Success and every way to fail, each with a caller of its own. */
async function everyWay(
  stack: ExchangeStack,
  exchange: Exchange,
  canaries: Set<string>,
  answers: string[],
): Promise<void> {
  let users = 0;
  let paths: readonly string[] = ['/tools/call', ''];
  const call = async (token: string, name = 'get_active_alarms', args: object = {}): Promise<void> => {
    canaries.add(token.includes('.') ? token.split('.').slice(1).join('.') : token);
    for (const path of paths) {
      const params = { name, arguments: args };
      const body = path === '' ? { jsonrpc: '2.0', id: 1, method: 'tools/call', params } : params;
      const response = await fetch(`${stack.endpoint}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      answers.push(JSON.stringify([...response.headers]), await response.text());
    }
  };
  const someone = (claims?: Record<string, unknown>): Promise<string> => stack.signIn(`person${users++}`, claims);

  await call(await someone());
  await call(stack.apiKey);
  await call(await someone(), 'execute_log_insights_query', {
    ...HOUR,
    log_group_names: ['/shop/web'],
    query_string: 'fields @message | limit 1',
  });
  await call(await someone(), 'get_alarm_history', { alarm_name: 42 });
  await call(await someone(), 'no_such_tool');
  // What is tried again takes its time: these go one of the two ways only.
  paths = ['/tools/call'];
  for (const kind of ['access-denied', 'throttle', 'server-error', 'reset', 'expired-credentials'] as const) {
    stack.aws.faults.add({ operation: 'cloudwatch:DescribeAlarms', kind });
    await call(await someone());
    stack.aws.faults.clear();
  }
  if (exchange !== 'claim-credentials') {
    paths = [''];
    for (const kind of ['access-denied', 'throttle'] as const) {
      stack.aws.faults.add({ operation: EXCHANGE_ACTION[exchange], kind });
      await call(await someone());
      stack.aws.faults.clear();
    }
  }
  paths = ['/tools/call', ''];
  const whole = await someone();
  await call(`${whole.slice(0, -8)}AAAAAAAA`);
  await call(`${whole}.${whole}`);
  await call(await someone({ exp: Math.floor(Date.now() / 1000) - 600 }));
  await call(await someone({ aud: 'https://elsewhere.example' }));
  await call('guessed-key-0123456789-0123456789-0123456789');
}

describe('ISO-15: what AWS says when it refuses', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ env: { AWS_ALLOWED_ROLE_ARNS: `${ALICE_ROLE},${LIMITED_ROLE},${UNTRUSTED_ROLE}` } });
  });
  afterAll(() => stack.close());

  const cases = [
    ['STS', UNTRUSTED_ROLE, 'get_active_alarms', {}, 'credentials_refused', 'AssumeRole', 'AssumeRole'],
    [
      'CloudWatch',
      LIMITED_ROLE,
      'get_active_alarms',
      {},
      'aws_access_denied',
      'cloudwatch:DescribeAlarms',
      'DescribeAlarms',
    ],
    [
      'CloudWatch Logs',
      LIMITED_ROLE,
      'execute_log_insights_query',
      { ...HOUR, log_group_names: ['/shop/payments'], query_string: 'fields @message | limit 1' },
      'aws_access_denied',
      'logs:StartQuery',
      'StartQuery',
    ],
  ] as const;

  it.each(cases)(
    '%s: the caller learns code, request id, their own role and action, nothing else [ISO-15][B9]',
    async (_service, role, tool, args, code, action, operation) => {
      const token = await stack.token('mallory', { 'custom:role_arn': role });
      const { body } = await stack.call(token, tool, args);
      const text = JSON.stringify(body satisfies ToolAnswer);
      expect(body.error).toBe(code);
      expect(body.error_description).toContain(action);
      expect(body.error_description).toContain(role);
      expect(body.request_id).toBeDefined();
      const foreign = /999999999999|222222222222|assumed-role|is not authorized|identity-based|mallory-[a-z2-7]{20}/;
      expect(text).not.toMatch(foreign);
      const line = stack.log.lines().findLast(({ detail }) => String(detail).includes('is not authorized to perform'));
      expect(line).toMatchObject({ request_id: body.request_id });
      expect(stack.aws.calls.of(operation).at(-1)?.errorCode).toMatch(/^AccessDenied/);
    },
  );
});
