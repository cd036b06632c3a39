import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from '../../src/demo/aws-emulator/identities.js';
import { startOidcIssuer } from '../../src/demo/oidc-issuer/oidc-issuer.js';
import { FakeRedis } from '../support/fake-redis.js';
import { IntrospectionEndpoint } from '../support/introspection-endpoint.js';
import { ServerProcess } from '../support/server-process.js';
import { ALICE_ROLE, EXTERNAL_ID, freePort } from '../support/stack.js';

const RECORDER = fileURLToPath(new URL('../support/egress-recorder.ts', import.meta.url));
const GROUP = '/shop/checkout';
const HOUR = { start_time: 'now-1h', end_time: 'now' };
const QUERY = { log_group_names: [GROUP], ...HOUR, query_string: 'fields @message | limit 1' };
const METRIC = { namespace: 'AWS/Lambda', metric_name: 'Errors' };
/** Tools of every kind of client: requests, queries that are waited for, a stream, signed requests without an SDK. */
const CALLS: readonly (readonly [string, object])[] = [
  ['list_accounts', {}],
  ['describe_log_groups', {}],
  ['execute_log_insights_query', QUERY],
  ['tail_log_group', { log_groups: [GROUP], max_seconds: 1 }],
  ['get_metric_data', { ...METRIC, ...HOUR }],
  ['get_metric_metadata', METRIC],
  ['execute_promql_query', { query: '{__name__="Errors"}' }],
  ['get_active_alarms', {}],
];
/** For requests of Logs, CloudWatch and PromQL. */
const ONE_OF_EACH = new Set(['describe_log_groups', 'get_active_alarms', 'execute_promql_query']);

const AWS_IDENTITY = {
  AWS_ACCESS_KEY_ID: SERVER_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: SERVER_SECRET_ACCESS_KEY,
  AWS_CONFIG_FILE: '/nonexistent/aws-config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/aws-credentials',
};

let folder: string;
let file: string;
const closing: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'egress-'));
  file = join(folder, 'egress');
  writeFileSync(file, '');
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

/** The built server with every way out of it watched. */
async function start(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    env: { ...AWS_IDENTITY, CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1', METRICS_PORT: '0', EGRESS_FILE: file, ...env },
    nodeArguments: ['--import', RECORDER],
  });
  closing.push(() => server.signal('SIGKILL'));
  return server;
}

/** What it asked for by name, connected to or started. */
function contacted(): string[] {
  return [...new Set(readFileSync(file, 'utf8').split('\n').slice(0, -1))].sort();
}

async function call(server: ServerProcess, credential: string, [name, args]: readonly [string, object]) {
  const response = await fetch(`${server.url}/mcp/tools/call`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, arguments: args }),
  });
  return { name, status: response.status };
}

async function end(server: ServerProcess): Promise<void> {
  server.signal('SIGTERM');
  expect(await server.ended).toBe(0);
}

describe('the server', () => {
  it('talks to the issuer, AWS, Redis and the introspection endpoint it is configured with, and to nobody else', async () => {
    const port = await freePort();
    const resource = `http://127.0.0.1:${port}/mcp`;
    const issuer = await startOidcIssuer({ resource });
    const aws = await startAwsEmulator({
      oidcProviders: [{ issuer: issuer.issuer, jwksUri: issuer.jwksUri, audiences: [resource] }],
    });
    const redis = await FakeRedis.start();
    const introspection = await IntrospectionEndpoint.start();
    closing.push(
      () => issuer.close(),
      () => aws.close(),
      () => redis.stop(),
      () => introspection.stop(),
    );
    const server = await start({
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      CLOUDWATCH_MCP_PORT: String(port),
      OIDC_ISSUER: issuer.issuer,
      OAUTH_AUDIENCE: resource,
      ...introspection.env,
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: aws.url,
      INSECURE_ALLOW_AWS_ENDPOINT: 'true',
      AWS_ALLOWED_ROLE_ARNS: ALICE_ROLE,
      AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
      TOOLSETS: 'all',
      REDIS_URL: redis.url,
      STATE_SECRET: 'a-state-secret-of-more-than-32-bytes-for-replicas',
      METRICS_CLOUDWATCH: 'true',
    });
    const token = await issuer.mintToken({ sub: 'alice' });
    const answers = [];
    for (const one of CALLS) answers.push(await call(server, token, one));
    expect(answers).toEqual(CALLS.map(([name]) => ({ name, status: 200 })));
    // A failure to count, and a text that only the authorization server can judge.
    expect(await call(server, 'an-opaque-token-that-nobody-knows', ['list_accounts', {}])).toMatchObject({
      status: 401,
    });
    for (const path of ['/', '/health', '/health/ready', '/.well-known/oauth-protected-resource/mcp']) {
      expect((await fetch(server.url + path)).status).toBe(200);
    }
    expect(await server.metrics()).toContain('mcp_');
    await end(server);

    expect(aws.calls.of('PutMetricData')).not.toEqual([]);
    const configured = [issuer.issuer, aws.url, redis.url, introspection.url].map((url) => new URL(url).host);
    expect(contacted()).toEqual(configured.map((host) => `connect ${host}`).sort());
  });

  it('asks for no names but its own in production: the issuer, Redis and AWS in its region', async () => {
    const apiKey = randomBytes(32).toString('hex');
    const server = await start({
      CLOUDWATCH_MCP_PORT: '0',
      PUBLIC_URL: 'https://mcp.example.com',
      ALLOWED_HOSTS: '127.0.0.1',
      OIDC_ISSUER: 'https://idp.example.com',
      OAUTH_AUDIENCE: 'https://mcp.example.com/mcp',
      API_KEYS: apiKey,
      AWS_REGION: 'eu-west-1',
      AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE,
      REDIS_URL: 'rediss://redis.example.com:6379',
      STATE_SECRET: 'a-state-secret-of-more-than-32-bytes-for-replicas',
      METRICS_CLOUDWATCH: 'true',
    });
    expect(await call(server, apiKey, ['get_active_alarms', {}])).not.toMatchObject({ status: 200 });
    expect(await call(server, 'no.good.token', ['get_active_alarms', {}])).toMatchObject({ status: 401 });
    await end(server);
    expect(contacted()).toEqual([
      'lookup idp.example.com',
      'lookup monitoring.eu-west-1.amazonaws.com',
      'lookup redis.example.com',
      'lookup sts.eu-west-1.amazonaws.com',
    ]);
  });

  it('asks for no names but those of the AWS services its tools use, when one user runs it', async () => {
    const server = await start({
      CLOUDWATCH_MCP_PORT: '0',
      ENABLE_AUTH: 'false',
      AWS_REGION: 'eu-west-1',
      TOOLSETS: 'all',
    });
    for (const one of CALLS.filter(([name]) => ONE_OF_EACH.has(name))) await call(server, 'none', one);
    await end(server);
    expect(contacted()).toEqual(['logs', 'monitoring'].map((service) => `lookup ${service}.eu-west-1.amazonaws.com`));
  });
});

describe('the recorder', () => {
  const WAYS: readonly (readonly [string, string])[] = [
    [`fetch('https://a.example/').catch(() => 0)`, 'lookup a.example'],
    [`fetch('http://192.0.2.1/').catch(() => 0)`, 'connect 192.0.2.1:80'],
    [`net.connect(9, 'b.example').on('error', () => 0)`, 'lookup b.example'],
    [`tls.connect(9, 'c.example').on('error', () => 0)`, 'lookup c.example'],
    [`http2.connect('https://d.example').on('error', () => 0)`, 'lookup d.example'],
    [`dns.lookup('e.example', () => 0)`, 'lookup e.example'],
    [`promised('f.example').catch(() => 0)`, 'lookup f.example'],
    [`try { resolveTxt('g.example', () => 0) } catch {}`, 'lookup g.example'],
    [`net.connect('/tmp/no.sock').on('error', () => 0)`, 'unix /tmp/no.sock'],
    [`dgram.createSocket('udp4').send('x', 9, '127.0.0.1')`, 'udp send'],
    [`spawn('true')`, 'program true'],
  ];

  it('sees every way out', async () => {
    const program = join(folder, 'program.mjs');
    const imports = ['net', 'tls', 'http2', 'dns', 'dgram'].map((name) => `import ${name} from 'node:${name}';`);
    const named = `import { spawn } from 'node:child_process'; import { resolveTxt } from 'node:dns';
import { lookup as promised } from 'node:dns/promises';`;
    const ends = 'setTimeout(() => process.exit(), 500);';
    writeFileSync(program, [...imports, named, ...WAYS.map(([way]) => `${way};`), ends].join('\n'));
    const child = spawn(process.execPath, ['--import', RECORDER, program], { env: { EGRESS_FILE: file } });
    await new Promise((resolve) => void child.once('close', resolve));
    expect(contacted()).toEqual(WAYS.map(([, seen]) => seen).sort());
  });
});
