import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newApiKey } from '../../src/config/api-key-format.js';
import { IdentityStore, type SessionIdentity } from '../../src/demo/aws-emulator/identities.js';
import { Canaries } from '../support/canaries.js';
import { keysFor } from '../support/exchange-stack.js';
import { IntrospectionEndpoint } from '../support/introspection-endpoint.js';
import { RawClient } from '../support/raw-http.js';
import { ServerProcess } from '../support/server-process.js';
import { ALICE_ROLE, BOB_ROLE, type Stack, startStack } from '../support/stack.js';

const PLANTED = 50;
/** Credentials of each kind that are presented in every way; 10 with `npm run test:audit`. */
const EACH = Number(process.env['CANARIES_EACH'] ?? 3);
const LIST = { method: 'tools/list', params: {} };
const WINDOW = { start_time: 'now-1h', end_time: 'now' };
const HOUR_AGO = Math.floor(Date.now() / 1000) - 3_600;

/** A credential as somebody may present it. */
interface Presented {
  readonly text: string;
  /** Whether its form alone tells what it is; a plain random text says nothing of itself. */
  readonly recognisable: boolean;
}

const canaries = new Canaries();
const presented: Presented[] = [];
const answers: string[] = [];
let folder: string;
let stack: Stack;
let introspection: IntrospectionEndpoint;
let server: ServerProcess;
let metrics = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canary-'));
  watchSessions();
  introspection = await IntrospectionEndpoint.start();
  const keys = [newApiKey(), newApiKey(), plainKey(), plainKey()];
  keys.forEach((key, at) => present(`API key ${at}`, key));
  // The configuration of one server and its issuer and AWS; what is watched is the same server as a process of its own.
  stack = await startStack({
    env: { API_KEYS: keys.join(','), TOKEN_CLAIM_CREDENTIALS: 'true', AWS_REGION: 'us-east-1', ...introspection.env },
  });
  await plantAll();
  server = await ServerProcess.start({
    env: {
      ...process.env,
      ...stack.settings,
      CLOUDWATCH_MCP_PORT: '0',
      LOG_LEVEL: 'TRACE',
      AUDIT_LOG: join(folder, 'audit.jsonl'),
      REDIS_URL: `redis://:${canaries.plant('password of Redis', randomBytes(24).toString('base64url'))}@127.0.0.1:1`,
    },
  });
  await Promise.all(
    presented.map(async (credential) => {
      await everyWayIn(credential);
      await everyWrongPlace(credential);
    }),
  );
  await everyFault();
  metrics = await server.metrics();
  server.signal('SIGINT');
  await server.ended;
}, 240_000);

afterAll(async () => {
  vi.restoreAllMocks();
  server.signal('SIGKILL');
  await stack.close();
  await introspection.stop();
  rmSync(folder, { recursive: true });
});

const plainKey = (): string => randomBytes(32).toString('hex');

function present(name: string, text: string): void {
  canaries.plant(name, text);
  presented.push({ text, recognisable: text.startsWith('eyJ') || text.startsWith('cwmcp_') });
}

async function plantAll(): Promise<void> {
  const { STATE_SECRET = '', OAUTH_CLIENT_SECRET = '' } = stack.settings;
  canaries.plant('STATE_SECRET', STATE_SECRET);
  canaries.plant('OAUTH_CLIENT_SECRET', OAUTH_CLIENT_SECRET);
  canaries.plant("the server's own AWS key", process.env['AWS_SECRET_ACCESS_KEY'] ?? '');
  const signedIn = (claims: object = {}, sub = 'alice'): Promise<string> =>
    stack.token(sub, { jti: randomBytes(12).toString('hex'), ...claims });
  for (let at = 0; at < EACH; at += 1) {
    present(`valid token ${at}`, await signedIn({}, at % 2 === 0 ? 'alice' : 'bob'));
    present(`expired token ${at}`, await signedIn({ exp: HOUR_AGO }));
    const whole = await signedIn();
    present(`changed token ${at}`, `${whole.slice(0, -20)}AbCdEfGhIjKl${whole.slice(-8)}`);
    present(
      `malformed token ${at}`,
      at % 2 === 0 ? `${whole}.${whole.slice(-20)}` : whole.slice(0, whole.lastIndexOf('.')),
    );
    present(`unknown key of this server's form ${at}`, newApiKey());
    present(`unknown plain key ${at}`, plainKey());
  }
  present('token for another audience', await signedIn({ aud: 'https://elsewhere.example' }));
  present('token without a subject', await signedIn({ sub: undefined }));
  for (let at = 0; at < EACH; at += 1) {
    const opaque = randomBytes(32).toString('base64url');
    present(`opaque token ${at}`, introspection.activate(opaque, { aud: stack.endpoint, sub: `opaque-${at}` }));
  }
  for (const role of ['alice', 'bob']) {
    const carried = await keysFor(stack, role);
    canaries.plant(`secret key in the claims of ${role}`, String(carried['aws_secret_access_key']));
    canaries.plant(`session token in the claims of ${role}`, String(carried['aws_session_token']));
    present(`token with AWS keys of ${role}`, await signedIn(carried, role));
  }
}

/** Every key AWS hands out. */
function watchSessions(): void {
  const { openSession } = IdentityStore.prototype as { openSession(this: void, ...args: unknown[]): SessionIdentity };
  vi.spyOn(IdentityStore.prototype, 'openSession').mockImplementation(function (this: IdentityStore, ...args) {
    const session = Reflect.apply(openSession, this, args);
    canaries.plant('secret key of a session', session.secretAccessKey);
    canaries.plant('session token', session.sessionToken);
    return session;
  });
}

const rpc = ({ method, params }: typeof LIST | { method: string; params: object }, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

/** One request; what comes back is searched too, unless the caller's own words are to come back. */
async function send(
  path: string,
  headers: Record<string, string>,
  { body = rpc(LIST), method = 'POST', echoes = false } = {},
): Promise<void> {
  const init = { method, headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(`${server.url}${path}`, method === 'GET' ? init : { ...init, body });
  const text = `${JSON.stringify([...response.headers])}\n${await response.text()}`;
  if (!echoes) answers.push(text);
}

/** Presented as a credential, where one belongs and where none does, as it is and encoded. */
async function everyWayIn({ text }: Presented): Promise<void> {
  const base64 = Buffer.from(text).toString('base64');
  const call = JSON.stringify({ name: 'list_accounts', arguments: {} });
  const authorization = `Bearer ${text}`;
  await send('/mcp', { authorization });
  await send(
    '/mcp',
    { authorization, accept: 'application/json' },
    { body: rpc({ method: 'initialize', params: {} }) },
  );
  await send('/mcp/tools/call', { authorization }, { body: call });
  await send('/mcp', { authorization }, { method: 'GET' });
  await send('/admin', { authorization }, { method: 'GET' });
  await send('/mcp', { authorization: `bearer  ${text}` });
  await send('/mcp', { authorization: text });
  await send('/mcp', { authorization: `Bearer ${base64}` });
  await send('/mcp', { authorization: `Bearer ${encodeURIComponent(`${text}=&`)}` });
  await send('/mcp', { authorization: `Basic ${Buffer.from(`user:${text}`).toString('base64')}` });
  for (const name of ['x-api-key', 'proxy-authorization', 'x-amz-security-token', 'x-amzn-oidc-accesstoken']) {
    await send('/mcp', { [name]: text });
  }
  await send('/mcp', { cookie: `session=${text}; token=${base64}` });
  await send(`/mcp?access_token=${encodeURIComponent(text)}&api_key=${base64}`, {});
  await send(`/mcp/${encodeURIComponent(text)}`, {});
  await send(`/${encodeURIComponent(base64)}/mcp`, {}, { method: 'GET' });
  await send('/mcp', { 'content-type': 'application/x-www-form-urlencoded' }, { body: `access_token=${text}` });
  await send('/mcp', {}, { body: JSON.stringify({ access_token: text, client_secret: base64 }) });
  await twoLines(text);
}

async function twoLines(text: string): Promise<void> {
  const raw = new RawClient(server.port);
  const lines = ['POST /mcp HTTP/1.1', 'Host: 127.0.0.1', 'Content-Length: 0'];
  const both = [`Authorization: Bearer ${text}`, `Authorization: Basic ${text}`];
  answers.push(JSON.stringify(await raw.send(`${[...lines, ...both].join('\r\n')}\r\n\r\n`)));
  raw.close();
}

/** Put by mistake where something else belongs, by somebody who is signed in. */
async function everyWrongPlace({ text, recognisable }: Presented): Promise<void> {
  const authorization = `Bearer ${stack.settings['API_KEYS']?.split(',')[0]}`;
  const echoes = { echoes: true };
  const as = (body: string): Promise<void> =>
    send('/mcp', { authorization, accept: 'application/json' }, { body, ...echoes });
  const call = (name: string, args: object): string => rpc({ method: 'tools/call', params: { name, arguments: args } });
  const everywhere = ['x-request-id', 'user-agent', 'referer', 'mcp-session-id', 'traceparent', 'x-forwarded-for'];
  for (const name of [...everywhere, 'x-user-email', 'mcp-protocol-version', 'accept', 'if-none-match']) {
    // A random text that names nothing is a good request id, and as good a name as any front end sends.
    if (/^x-(request-id|user-email)$/.test(name) && !recognisable) continue;
    await send('/mcp', { authorization, [name]: text }, echoes);
  }
  // Nor is a name that AWS does not let somebody read: its refusal names it.
  if (recognisable) {
    await as(call('get_alarm_history', { alarm_name: text.slice(0, 255) }));
    await as(call('execute_log_insights_query', { ...WINDOW, log_group_names: [text], query_string: text }));
    await send('/mcp', { authorization, 'x-correlation-id': text.slice(0, 128) }, echoes);
    await send('/mcp', { authorization, origin: `https://${text}` }, echoes);
  }
  await as(call(text, {}));
  await as(call('describe_log_groups', { [text]: 1 }));
  await as(call('describe_log_groups', { region: text }));
  await as(call('describe_log_groups', { account: text }));
  await as(call('describe_log_groups', { log_group_name_prefix: text.slice(0, 500), cursor: text }));
  await as(call('get_logs_insight_query_results', { query_id: text }));
  const query = { ...WINDOW, log_group_names: ['/shop/checkout'], query_string: `filter @message like "${text}"` };
  await as(call('execute_log_insights_query', query));
  await as(rpc({ method: text, params: {} }));
  await as(rpc(LIST, text));
  await as(rpc({ method: 'resources/read', params: { uri: `cloudwatch://${text}` } }));
  await as(rpc({ method: 'prompts/get', params: { name: text, arguments: { [text]: text } } }));
  await as(`[${JSON.stringify(text)}]`);
  await as(text);
}

/** Identity provider, authorization server, STS and CloudWatch fail while good credentials are presented. */
async function everyFault(): Promise<void> {
  const good = async (claims: object = {}): Promise<string> => {
    const token = await stack.token('alice', { jti: randomBytes(12).toString('hex'), ...claims });
    return canaries.plant('token of a call that fails', token);
  };
  const call = async (token: string): Promise<void> => {
    const body = JSON.stringify({ name: 'get_active_alarms', arguments: {} });
    await send('/mcp/tools/call', { authorization: `Bearer ${token}` }, { body });
  };
  for (const kind of ['access-denied', 'throttle', 'server-error', 'reset', 'expired-credentials'] as const) {
    stack.aws.faults.add({ operation: 'cloudwatch:DescribeAlarms', kind });
    await call(await good());
    stack.aws.faults.clear();
  }
  for (const kind of ['access-denied', 'throttle'] as const) {
    stack.aws.faults.add({ operation: 'sts:AssumeRole', kind });
    await call(await good({ sub: `new-${kind}`, 'custom:role_arn': kind === 'throttle' ? ALICE_ROLE : BOB_ROLE }));
    stack.aws.faults.clear();
  }
  for (const status of [500, 302, 401]) {
    introspection.fault = (path, response) =>
      path === '/introspect' && Boolean(response.writeHead(status, { location: 'http://127.0.0.1:1' }).end());
    await call(canaries.plant('opaque token nobody can judge', randomBytes(32).toString('base64url')));
  }
  introspection.fault = () => false;
}

describe(`${PLANTED} secrets planted in everything a server is given, at its most talkative`, () => {
  it('reached every kind of judgement', () => {
    expect(canaries.size).toBeGreaterThanOrEqual(PLANTED);
    const audit = readFileSync(join(folder, 'audit.jsonl'), 'utf8');
    const reasons = new Set([...audit.matchAll(/"reason":"([a-z_]+)"/g)].map(([, reason]) => reason));
    for (const reason of [
      'missing',
      'malformed',
      'multiple_credentials',
      'bad_signature',
      'expired',
      'aud_mismatch',
      'key_unknown',
      'origin_denied',
      'inactive',
      'introspection_unavailable',
      'unknown_tool',
      'invalid_args',
      'assume_role',
    ]) {
      expect(reasons, reason).toContain(reason);
    }
    for (const method of ['jwt', 'api-key', 'introspection']) expect(audit).toContain(`"method":"${method}"`);
  });

  it('are found nowhere, not a piece of 16 characters, as they are or encoded [LOG-03][S16][A12]', () => {
    const places = {
      'standard output': server.stdout,
      'standard error': server.stderr,
      'the audit log': readFileSync(join(folder, 'audit.jsonl'), 'utf8'),
      'the log of the other server': stack.log.text,
      metrics,
      answers: answers.join('\n'),
    };
    expect(canaries.foundIn(places)).toEqual([]);
  });

  it('are found where they are, so that finding none means something', () => {
    const [one, two] = [presented[0]?.text ?? '', presented[1]?.text ?? ''];
    const hidden = { raw: `x ${one} y`, encoded: Buffer.from(`prefix ${two}`).toString('base64') };
    expect(canaries.foundIn(hidden)).toHaveLength(2);
  });
});
