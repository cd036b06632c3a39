import { Agent, createServer, get, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BUSY_MS } from '../../test/support/busy.js';
import { eventually } from '../../test/support/stack.js';
import { type DrainTimes, drainServer } from './drain.service.js';

const NEVER = 60_000;
const AT_ONCE: DrainTimes = { closeListener: 0, closeIdle: 0, stopWaiting: NEVER, answerNow: NEVER, cut: 15_000 };

let server: Server;
/** Connections and requests so far. */
let begun: [connections: number, requests: number];

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function start(listener: Parameters<typeof createServer>[1]): Promise<number> {
  server = createServer({ keepAliveTimeout: 60_000 }, listener);
  begun = [0, 0];
  server.on('connection', () => (begun[0] += 1)).on('request', () => (begun[1] += 1));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

interface Answer {
  readonly text: string;
  readonly connection?: string;
}

function read(port: number, agent?: Agent, headers = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ text, connection: response.headers.connection }));
      response.on('error', reject);
    }).on('error', reject);
  });
}

async function timed(work: Promise<unknown>): Promise<number> {
  const begun = Date.now();
  await work;
  return Date.now() - begun;
}

function drain(times: Partial<DrainTimes> = {}) {
  const steps = { stopWaiting: vi.fn(), answerNow: vi.fn() };
  return { steps, took: timed(drainServer(server, steps, { ...AT_ONCE, ...times })) };
}

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('drainServer', () => {
  it('finishes the answer in progress, refuses new connections and does not wait for idle ones', async () => {
    const port = await start((request, response) => {
      setTimeout(() => response.end('whole answer'), request.headers['x-slow'] === undefined ? 0 : 400);
    });
    const agent = new Agent({ keepAlive: true });
    await read(port, agent);
    const slow = read(port, undefined, { 'x-slow': '1' });
    await eventually(() => expect(begun).toEqual([2, 2]));
    const { steps, took } = drain();
    await eventually(() => expect(server.listening).toBe(false));
    await expect(read(port)).rejects.toThrow(/ECONNREFUSED/);
    expect((await slow).text).toBe('whole answer');
    expect(await took).toBeLessThan(AT_ONCE.cut);
    expect(steps.stopWaiting).not.toHaveBeenCalled();
    agent.destroy();
  });

  it('accepts connections until the listener closes, and has each closed after its answer', async () => {
    const port = await start((_request, response) => void response.end('served'));
    const agent = new Agent({ keepAlive: true });
    expect((await read(port, agent)).connection).toBe('keep-alive');
    const { took } = drain({ closeListener: 2_000, closeIdle: 2_000 });
    await soon(50);
    expect(await read(port, agent)).toEqual({ text: 'served', connection: 'close' });
    expect(await read(port)).toEqual({ text: 'served', connection: 'close' });
    expect(await took).toBeGreaterThanOrEqual(1_990);
    await expect(read(port)).rejects.toThrow(/ECONNREFUSED/);
    agent.destroy();
  });

  it('answers a request that arrives on a connection that was accepted before the listener closed', async () => {
    const port = await start((_request, response) => void response.end('served'));
    const socket = connect(port, '127.0.0.1');
    await eventually(() => expect(begun).toEqual([1, 0]));
    const { took } = drain({ closeIdle: 5_000 });
    await eventually(() => expect(server.listening).toBe(false));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await Promise.all([took, ended]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*served$/);
  });

  it('ends the waiting, then has everything answered, and cuts a stream that heeds neither', async () => {
    const port = await start((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(': open\n\n');
    });
    const stream = read(port).catch(() => 'cut');
    await eventually(() => expect(begun).toEqual([1, 1]));
    const { steps, took } = drain({ stopWaiting: 100, answerNow: 200, cut: 500 });
    await soon(150);
    expect([steps.stopWaiting.mock.calls.length, steps.answerNow.mock.calls.length]).toEqual([1, 0]);
    await soon(100);
    expect(steps.answerNow).toHaveBeenCalledOnce();
    expect(await took).toBeGreaterThanOrEqual(450);
    expect(await took).toBeLessThan(500 + BUSY_MS);
    expect(await stream).toBe('cut');
  });

  it('has nothing to do for a server that never listened', async () => {
    server = createServer();
    expect(await drain().took).toBeLessThan(AT_ONCE.cut);
  });
});
