import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../../src/doctor/doctor.factory.js';
import { TlsCertificateService } from '../../src/security-monitoring/http/tls-certificate.service.js';
import { eventually, type Stack, startStack } from '../support/stack.js';
import { TlsFiles } from '../support/tls-files.js';

const DAY_MS = 86_400_000;
const CALL = JSON.stringify({ name: 'describe_log_groups', arguments: {} });

let files: TlsFiles;
let stack: Stack;

const start = (): Promise<Stack> => startStack({ env: { ...files.env, PUBLIC_URL: 'https://127.0.0.1' } });

beforeAll(async () => {
  files = new TlsFiles();
  stack = await start();
});
afterAll(async () => {
  await stack.close();
  files.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function ask(path: string, options: RequestOptions = {}, body?: string, of = stack): Promise<Answer> {
  const { authority } = files;
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, of.app.url), { ca: authority.cert, agent: false, ...options }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.once('error', reject).end(body);
  });
}

async function callTool(options: RequestOptions = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${await stack.token('alice')}`, 'content-type': 'application/json' };
  return ask('/mcp/tools/call', { method: 'POST', headers, ...options }, CALL);
}

/** The version of TLS a new connection is made with, or the code of the failed handshake. */
function handshake(options: ConnectionOptions = {}): Promise<string> {
  const port = Number(new URL(stack.app.url).port);
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ca: files.authority.cert, ...options }, () => {
      resolve(`${socket.getProtocol()} ${socket.authorized}`);
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}

async function presented(): Promise<string> {
  return new Promise((resolve, reject) => {
    const port = Number(new URL(stack.app.url).port);
    const socket = connect({ port, host: '127.0.0.1', ca: files.authority.cert }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    }).once('error', reject);
  });
}

async function series(name: string): Promise<number | undefined> {
  const text = await (await fetch(stack.app.metricsUrl)).text();
  const line = text.split('\n').find((each) => each.startsWith(name));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

const reloads = (): unknown[] =>
  stack.log.lines().filter(({ event }) => (event as { name?: string } | undefined)?.name === 'config-file.reload');

const reload = (): void => stack.app.app.get(TlsCertificateService).reload();

describe('a server with a certificate', () => {
  it('answers a tool call through TLS, and says https wherever it names itself', async () => {
    expect(stack.app.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const { status, text } = await callTool();
    expect([status, text]).toEqual([200, expect.stringContaining('logGroupName') as string]);
    expect((await ask('/.well-known/oauth-protected-resource')).text).toContain('"resource":"https://127.0.0.1/mcp"');
    const refused = await ask('/mcp', { method: 'POST' });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('resource_metadata="https://127.0.0.1/.well-known') as string,
    ]);
  });

  it('tells browsers to come by https only', async () => {
    for (const path of ['/', '/health', '/nowhere'])
      expect((await ask(path)).headers['strict-transport-security'], path).toMatch(/^max-age=31536000/);
  });

  it('keeps its metrics on plain HTTP, on a port that is not for clients', async () => {
    expect(stack.app.metricsUrl).toMatch(/^http:/);
    expect((await fetch(stack.app.metricsUrl)).status).toBe(200);
  });

  it('speaks TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, and nothing older', async () => {
    expect(await handshake({})).toBe('TLSv1.3 true');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2 true');
    const old = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    expect(await handshake({ ...old, maxVersion: 'TLSv1.1' })).toMatch(/ALERT_PROTOCOL_VERSION/);
    for (const cipher of ['AES128-SHA', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384'])
      expect([cipher, await handshake({ maxVersion: 'TLSv1.2', ciphers: `${cipher}:@SECLEVEL=0` })]).toEqual([
        cipher,
        expect.stringMatching(/HANDSHAKE_FAILURE/),
      ]);
  });

  it('is refused by who does not trust its issuer', async () => {
    await expect(callTool({ ca: [] })).rejects.toThrow(/certificate/);
  });

  it('closes on who speaks no TLS, without a word, and goes on serving', async () => {
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connectTcp(Number(new URL(stack.app.url).port), '127.0.0.1', () =>
        socket.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
      );
      socket.on('data', (part) => (text += part.toString('latin1')));
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
    expect(said).not.toContain('HTTP/1.1');
    expect((await ask('/health')).status).toBe(200);
  });

  it('answers what is not well-formed HTTP as without TLS', async () => {
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const port = Number(new URL(stack.app.url).port);
      const socket = connect({ port, host: '127.0.0.1', ca: files.authority.cert }, () =>
        socket.write('nonsense\r\n\r\n'),
      );
      socket.on('data', (part) => (text += part.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a renewed certificate', () => {
  afterEach(() => {
    files.renew();
    reload();
  });

  it('is presented without a restart, while connections that are open go on', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { host: '127.0.0.1' };
    expect((await ask('/health', { agent, headers })).status).toBe(200);
    const [socket] = Object.values(agent.freeSockets).flat();
    const before = await presented();
    const notAfter = new Date(Math.floor(Date.now() / 1000) * 1000 + 20 * DAY_MS);
    files.renew({ notAfter });
    reload();
    expect(await presented()).not.toBe(before);
    expect((await ask('/health', { agent, headers })).status).toBe(200);
    expect(Object.values(agent.freeSockets).flat()).toEqual([socket]);
    expect((await callTool()).status).toBe(200);
    expect(await series('mcp_tls_certificate_expires_timestamp_seconds')).toBe(notAfter.getTime() / 1000);
    expect(await series('mcp_config_file_reload_failed{file="TLS_CERT_FILE"}')).toBe(0);
    agent.destroy();
  });

  it('still speaks no older TLS', async () => {
    files.renew();
    reload();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    expect(await handshake(old)).toMatch(/ALERT_PROTOCOL_VERSION/);
  });

  it.each<[string, RegExp, () => void]>([
    ['half written', /whole certificates/, () => files.write({ cert: files.issue().cert.slice(0, 200) })],
    ['without its new key', /is not the key/, () => files.write({ cert: files.issue().cert })],
    ['expired', /expired/, () => files.renew({ notAfter: new Date(Date.now() - 1000) })],
    ['emptied', /empty file/, () => files.write({ cert: '', key: '' })],
  ])(
    'that is %s is not presented: the last good one stays, the log and a metric say so [CFG-03]',
    async (_name, words, spoil) => {
      const before = await presented();
      const said = reloads().length;
      spoil();
      reload();
      reload();
      expect(await presented()).toBe(before);
      expect((await callTool()).status).toBe(200);
      expect(await series('mcp_config_file_reload_failed{file="TLS_CERT_FILE"}')).toBe(1);
      expect(reloads().slice(said)).toMatchObject([
        {
          level: 'warn',
          config_file: { variable: 'TLS_CERT_FILE', outcome: 'failed' },
          detail: expect.stringMatching(words) as string,
        },
      ]);
      files.renew();
      reload();
      expect(await presented()).not.toBe(before);
      expect(await series('mcp_config_file_reload_failed{file="TLS_CERT_FILE"}')).toBe(0);
    },
  );
});

describe('the doctor', () => {
  it.each([
    [30 - 1, 'ok'],
    [7, 'warn'],
  ])('says of a certificate with %i days to go: %s', async (days, status) => {
    files.renew({ notAfter: new Date(Date.now() + days * DAY_MS + 60_000) });
    const { checks } = await examine(stack.settings);
    expect(checks.filter(({ area }) => area === 'certificate')).toMatchObject([
      { status, says: expect.stringContaining(`${days} days`) as string },
    ]);
  });

  it('fails on a pair with which the server would not start', async () => {
    files.write({ key: files.issue().key });
    const { healthy, checks } = await examine(stack.settings);
    expect([healthy, checks]).toMatchObject([
      false,
      [{ area: 'configuration', status: 'fail', says: expect.stringMatching(/^TLS_KEY_FILE: /) as string }],
    ]);
    files.renew();
  });
});

describe('an ending server', () => {
  it('answers what it has begun to receive through TLS, then closes', async () => {
    files.renew();
    const ending = await start();
    const { port } = new URL(ending.app.url);
    const agent = new Agent({ keepAlive: true });
    const headers = { authorization: `Bearer ${ending.apiKey}`, 'content-type': 'application/json' };
    const begun = once(ending.app.app.getHttpServer() as Server, 'request');
    const options = { method: 'POST', headers, ca: files.authority.cert, agent };
    const sent = request(new URL('/mcp/tools/call', ending.app.url), options);
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.write(CALL.slice(0, 10));
    await begun;
    const closed = ending.close();
    await eventually(() => expect((ending.app.app.getHttpServer() as Server).listening).toBe(false));
    sent.end(CALL.slice(10));
    const [answer] = await answered;
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await closed;
    await expect(fetch(`https://127.0.0.1:${port}/health`)).rejects.toThrow();
    agent.destroy();
  });
});
