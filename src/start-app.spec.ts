import { connect, type Socket } from 'node:net';
import { Module } from '@nestjs/common';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINIMAL_ENV, RecordedLog } from '../test/support/border-app.js';
import { eventually, freePort } from '../test/support/stack.js';
import { loadAppConfig } from './config/app-config.js';
import { StartFailed } from './errors.js';
import { type RunningApp, startApp } from './start-app.js';

@Module({ providers: [{ provide: 'beside', useValue: 'here' }] })
class BesideModule {}

let log: RecordedLog;
let running: RunningApp | undefined;

beforeEach(() => {
  log = new RecordedLog();
});

afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function start(env: Record<string, string> = {}): Promise<RunningApp> {
  running = await startApp(loadAppConfig({ ...MINIMAL_ENV, ...env }), { logDestination: log });
  return running;
}

describe('startApp', () => {
  it('answers everyone at /, /health, /health/live and /health/ready, and tells nothing secret [A11][D8]', async () => {
    const { url } = await start({ OIDC_ISSUER: 'https://127.0.0.1:1', OIDC_CLIENT_ID: 'client-id-canary' });
    for (const path of ['/', '/health', '/health/live', '/health/ready']) {
      const answer = await request(url).get(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.type).toBe('application/json');
      expect(answer.text).not.toMatch(/127\.0\.0\.1:1|canary|arn:aws|111122223333/);
    }
    expect((await request(url).get('/')).body).toMatchObject({ name: 'cloudwatch-mcp-server', mcp: '/mcp' });
    expect(log.events('auth.failure')).toEqual([]);
  });

  it('starts the rooms it is given beside its own', async () => {
    const { app } = await start();
    expect(() => app.get<unknown>('beside', { strict: false })).toThrow();
    await app.close();
    running = await startApp(loadAppConfig(MINIMAL_ENV), { logDestination: log, modules: [BesideModule] });
    expect(running.app.get('beside', { strict: false })).toBe('here');
  });

  it('is not ready while no issuer is usable and no API key exists [D8]', async () => {
    const { API_KEYS: _, ...env } = MINIMAL_ENV;
    running = await startApp(loadAppConfig({ ...env, OIDC_ISSUER: 'https://127.0.0.1:1', OIDC_CLIENT_ID: 'client' }), {
      logDestination: log,
    });
    const answer = await request(running.url).get('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ status: 'no_usable_issuer', issuers: { configured: 1, usable: 0 } });
    expect((await request(running.url).get('/health/live')).status).toBe(200);
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'TRACE'])(
    'refuses %s without a credential on every path but the open ones [A11][HDR-14]',
    async (method) => {
      const { url } = await start();
      for (const path of ['/mcp', '/mcp/', '/mcp/tools/call', '/MCP', '/metrics', '/admin', '/health/other', '//mcp']) {
        const { status } = await fetchRaw(url, method, path);
        expect([401, 405]).toContain(status);
      }
    },
  );

  it('answers odd header names like any other and lives on [HDR-11]', async () => {
    const { url } = await start();
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty']) {
      expect((await fetchRaw(url, 'POST', '/mcp', `${name}: x\r\n`)).status).toBe(401);
    }
    expect((await request(url).get('/health')).status).toBe(200);
  });

  it('refuses more header lines than it reads with 431 [HDR-12]', async () => {
    const { url } = await start();
    const lines = Array.from({ length: 2000 }, (_, index) => `a${index % 10}:b\r\n`).join('');
    expect((await fetchRaw(url, 'POST', '/mcp', lines)).status).toBe(431);
    expect((await fetchRaw(url, 'POST', '/mcp', lines.slice(0, 150 * 6))).status).toBe(431);
    expect((await request(url).get('/health')).status).toBe(200);
  });

  it('begins its log with one line on authentication, issuers, exchange and region, and every warning [D2][A8]', async () => {
    await start({ ENABLE_AUTH: 'false', AWS_REGION: 'eu-west-1', AWS_PROFILE: 'dev' });
    expect(log.events('server.started')).toMatchObject([
      {
        level: 'info',
        auth: { enabled: false, issuers: [], api_keys: 0 },
        aws: { exchange: 'assume-role', region: 'eu-west-1', profile: 'dev' },
        msg: expect.stringContaining('authentication OFF') as string,
      },
    ]);
    expect(log.events('config.warning').map((line) => [line.level, line.msg])).toContainEqual([
      'warn',
      expect.stringContaining('AUTHENTICATION IS OFF'),
    ]);
  });

  it.each([
    ['/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_metric_data', arguments: { x: 1 } } }],
    ['/mcp/tools/call', { name: 'get_metric_data', arguments: { x: 1 } }],
  ])('keeps the ids of a request on what is logged inside the tool call on %s [D7]', async (path, body) => {
    const { url } = await start({ ENABLE_AUTH: 'false' });
    const answer = await request(url).post(path).set('X-Correlation-ID', 'ticket-4711').send(body);
    const lines = [...log.events('tool.denied'), ...log.events('tool.called')];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatchObject({ correlation_id: 'ticket-4711', request_id: answer.headers['x-request-id'] });
    }
  });

  it('serves metrics on a port of their own, not beside the MCP endpoint', async () => {
    const { url, metricsUrl } = await start();
    await request(url).post('/mcp');
    expect((await request(new URL(metricsUrl).origin).get('/metrics')).text).toContain(
      'mcp_auth_failures_total{method="unknown",reason="missing"} 1',
    );
    expect((await request(url).get('/metrics')).status).toBe(401);
  });

  it.each([
    ['CLOUDWATCH_MCP_PORT', (app: RunningApp) => app.url],
    ['METRICS_PORT', (app: RunningApp) => app.metricsUrl],
  ])('says in one line that the port of %s is busy, and lets go of the other port', async (variable, urlOf) => {
    const first = await start();
    const { port } = new URL(urlOf(first));
    const other = String(await freePort());
    const config = loadAppConfig({ ...MINIMAL_ENV, CLOUDWATCH_MCP_PORT: other, METRICS_PORT: other, [variable]: port });
    const failure = await startApp(config, { logDestination: log }).catch((error: unknown) => error);
    await expect(fetch(`http://127.0.0.1:${other}`)).rejects.toThrow('fetch failed');
    expect(failure).toBeInstanceOf(StartFailed);
    expect(log.events('server.started')).toHaveLength(1);
    expect((failure as Error).message).toMatch(
      new RegExp(`^Port ${port} is already in use: [^\\n]*${variable}[^\\n]*$`),
    );
  });

  it('writes the log of each application in a process to its own destination', async () => {
    await start();
    const otherLog = new RecordedLog();
    const other = await startApp(loadAppConfig(MINIMAL_ENV), { logDestination: otherLog });
    await request(other.url).post('/mcp');
    await other.close();
    expect(otherLog.events('auth.failure')).toHaveLength(1);
    expect(log.events('auth.failure')).toHaveLength(0);
  });

  it('is not ready from the moment it closes, and refuses new connections', async () => {
    const { url, app } = await start();
    const { port, hostname } = new URL(url);
    const received = new Promise<Socket>((resolve) => app.getHttpServer().once('connection', resolve));
    const socket = connect(Number(port), hostname);
    // A request that is not yet whole keeps its connection open while everything else closes.
    const begun = 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\n';
    socket.write(begun);
    const atServer = await received;
    await eventually(() => expect(atServer.bytesRead).toBe(begun.length));
    let answers = '';
    socket.on('data', (data: Buffer) => (answers += data.toString()));
    const ended = new Promise((resolve) => socket.on('close', resolve));
    const closing = app.close();
    await eventually(() => expect(app.getHttpServer().listening).toBe(false));
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
    socket.write('\r\n');
    await ended;
    await closing;
    running = undefined;
    expect(app.getHttpServer().listening).toBe(false);
    expect(answers).toMatch(/^HTTP\/1\.1 503 [^]*"status":"draining"/);
  });
});

function fetchRaw(url: string, method: string, path: string, headers = ''): Promise<{ status: number; text: string }> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`),
    );
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text }));
  });
}
