import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../../test/support/busy.js';
import { createHttpServer } from './http-server.factory.js';

const FAST = { headersTimeout: 300, requestTimeout: 400, connectionsCheckingInterval: 50, keepAliveTimeout: 1000 };

let server: Server;
let handled = 0;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function start(listener: Parameters<typeof createHttpServer>[0]): Promise<number> {
  handled = 0;
  server = createHttpServer((request, response) => {
    handled += 1;
    return listener(request, response);
  }, FAST);
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends raw bytes and returns all that comes back until the server closes. */
function exchange(port: number, ...chunks: string[]): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => chunks.forEach((chunk) => socket.write(chunk, 'latin1')));
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

const HEAD = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\n';

describe('createHttpServer', () => {
  it.each([
    ['obsolete line folding', `${HEAD}X-A: b\r\n c\r\n\r\n`],
    ['a bare line feed', 'GET / HTTP/1.1\nHost: localhost\n\n'],
    ['a space before the colon', `${HEAD}X-A : b\r\n\r\n`],
    ['NUL in a value', `${HEAD}X-A: b\0c\r\n\r\n`],
    ['Content-Length and Transfer-Encoding', `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two Content-Lengths', `${HEAD}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`],
    ['an unknown method', 'FOO /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('answers %s with 400, closes and runs no handler [HDR-08][HDR-14]', async (_, bytes) => {
    const port = await start((_request, response) => void response.end('served'));
    const answer = await exchange(port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(handled).toBe(0);
  });

  it('answers a malformed chunk with JSON when nothing was answered yet [HDR-08]', async () => {
    const port = await start((request) => void request.resume());
    const answer = await exchange(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    const body = answer.split('\r\n\r\n')[1] ?? '';
    expect(JSON.parse(body)).toEqual({
      error: 'invalid_request',
      error_description: 'The request is not well-formed HTTP.',
    });
  });

  it('breaks off instead of writing into an answer that has begun', async () => {
    const port = await start((request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('begun');
    });
    const answer = await exchange(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
    expect(answer).not.toContain('invalid_request');
  });

  it('answers a 17 KB header with 431 and serves the next socket [HDR-12]', async () => {
    const port = await start((_request, response) => void response.end('served'));
    const answer = await exchange(port, `${HEAD}X-A: ${'a'.repeat(17_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(await exchange(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toContain('served');
  });

  it('closes CONNECT without running a handler [HDR-14]', async () => {
    const port = await start((_request, response) => void response.end('served'));
    expect(await exchange(port, 'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n')).not.toContain('200');
    expect(handled).toBe(0);
  });

  it('answers an expectation it cannot meet with JSON, and tells nobody to send a body', async () => {
    const port = await start((_request, response) => void response.writeHead(401, { Connection: 'close' }).end());
    const unknown = await exchange(port, `${HEAD}Expect: a-miracle\r\nContent-Length: 2\r\n\r\n`);
    expect(unknown).toMatch(/^HTTP\/1\.1 417 /);
    expect(JSON.parse(unknown.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'invalid_request' });
    expect(handled).toBe(0);
    expect(await exchange(port, `${HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 401 /,
    );
  });

  it('closes after an upgrade nobody takes up, so that what follows is not left without an answer', async () => {
    const port = await start((_request, response) => void response.end('served'));
    const upgrade = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(await exchange(port, upgrade)).toMatch(/^HTTP\/1\.1 200 [^]*connection: close/i);
  });

  it('hands a target on as a path, in whichever form it came', async () => {
    const port = await start((request, response) => void response.setHeader('Connection', 'close').end(request.url));
    expect(await exchange(port, 'GET http://LOCALHOST/mcp?x HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(/\/mcp\?x$/);
    expect(await exchange(port, 'GET http://evil.test/ HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(handled).toBe(1);
  });

  it('does not switch protocols', async () => {
    const port = await start((_request, response) => void response.writeHead(401, { Connection: 'close' }).end());
    const upgrade = 'GET /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(await exchange(port, upgrade)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('gives up slow headers and slow bodies within their time-outs', async () => {
    const port = await start((request, response) => void request.resume().on('end', () => response.end('served')));
    const begun = Date.now();
    const [headers, body] = await Promise.all([
      exchange(port, HEAD),
      exchange(port, `${HEAD}Content-Length: 10\r\n\r\nabc`),
    ]);
    expect(headers).toMatch(/^HTTP\/1\.1 408 /);
    expect(body).toMatch(/^HTTP\/1\.1 408 /);
    expect(Date.now() - begun).toBeLessThan(400 + BUSY_MS);
  });

  it('lets an answer stream for longer than the request may take to arrive', async () => {
    const port = await start((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'close' });
      response.flushHeaders();
      const beat = setInterval(() => response.write(': beat\n\n'), 100);
      setTimeout(() => {
        clearInterval(beat);
        response.end('data: last\n\n');
      }, 1200);
    });
    const answer = await exchange(port, `${HEAD}Content-Length: 2\r\n\r\n{}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('data: last');
  });
});
