import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpRefusal } from '../errors.js';
import { BODY_LIMIT_BYTES, readJsonBody } from './request-body.js';

describe('readJsonBody', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      readJsonBody(request, response)
        .then((body) => response.end(JSON.stringify({ body })))
        .catch((error: HttpRefusal) => {
          response
            .writeHead(error.status, error.headers)
            .end(JSON.stringify({ error: error.error, message: error.message }));
        });
    });
    // As in the application: who reads the body tells the client to go on.
    server.on('checkContinue', (request, response) => void server.emit('request', request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => server.close());

  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Promise<Response> => fetch(url, { method: 'POST', body, headers });

  it('reads an object', async () => {
    expect(await (await post('{"a":[1]}')).json()).toEqual({ body: { a: [1] } });
    expect((await post('{}', { 'content-type': 'application/json; charset="UTF-8"' })).status).toBe(200);
  });

  it.each(['{"a":1', '{"a":1,}', 'NaN', "{'a':1}", '\ufeff{}', ''])('refuses %j without repeating it', async (text) => {
    const response = await post(text);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'parse_error', message: 'The body is not valid JSON.' });
  });

  it('refuses text that is not UTF-8', async () => {
    expect((await post(new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(400);
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  ])('refuses %j', async (headers) => {
    expect((await post('{}', headers as Record<string, string>)).status).toBe(415);
  });

  it('refuses nesting beyond the limit in no time', async () => {
    const response = await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(response.status).toBe(400);
  });

  it('tells a client that waits to send its body, and only when it will be read', async () => {
    const waiting = (type: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = '';
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
          socket.write(
            `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
          ),
        );
        socket.on('data', (data) => {
          answer += data.toString();
          if (answer.endsWith('100 Continue\r\n\r\n')) socket.write('{}');
        });
        socket.once('close', () => resolve(answer)).once('error', reject);
      });
    expect(await waiting('application/json')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    expect(await waiting('text/plain')).toMatch(/^HTTP\/1\.1 415 /);
  });

  it('refuses a body that breaks off, as no fault of the server', async () => {
    const refused = new Promise<unknown>((resolve) => {
      server.once('request', (request, response) => void readJsonBody(request, response).catch(resolve));
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}');
      setTimeout(() => socket.destroy(), 20);
    });
    expect(await refused).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('answers 413 for a body over the limit, also when its length is not said', async () => {
    expect((await post(`"${'x'.repeat(BODY_LIMIT_BYTES)}"`)).status).toBe(413);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write(
          'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
        );
        for (let sent = 0; sent <= BODY_LIMIT_BYTES; sent += 0x10000)
          socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
      });
      socket.once('data', (data) => resolve(data.toString())).once('error', reject);
      socket.once('close', () => reject(new Error('closed without an answer')));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/connection: close/i);
  });
});
