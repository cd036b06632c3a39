import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { drainServer } from './drain.service.js';

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function start(listener: Parameters<typeof createServer>[1]): Promise<number> {
  server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

function read(port: number, agent?: Agent, headers = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    }).on('error', reject);
  });
}

async function timed(work: Promise<unknown>): Promise<number> {
  const begun = Date.now();
  await work;
  return Date.now() - begun;
}

describe('drainServer', () => {
  it('finishes the answer in progress, refuses new connections and does not wait for idle ones', async () => {
    const port = await start((request, response) => {
      setTimeout(() => response.end('whole answer'), request.headers['x-slow'] === undefined ? 0 : 400);
    });
    const agent = new Agent({ keepAlive: true });
    await read(port, agent);
    const slow = read(port, undefined, { 'x-slow': '1' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const drained = timed(drainServer(server, 5_000));
    await expect(read(port)).rejects.toThrow(/ECONNREFUSED/);
    expect(await slow).toBe('whole answer');
    expect(await drained).toBeLessThan(1_500);
    agent.destroy();
  });

  it('cuts a stream that never ends at the deadline', async () => {
    const port = await start((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(': open\n\n');
    });
    const stream = read(port).catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const took = await timed(drainServer(server, 500));
    expect(took).toBeGreaterThanOrEqual(450);
    expect(took).toBeLessThan(1_500);
    expect(await stream).toBe('cut');
  });

  it('has nothing to do for a server that never listened', async () => {
    server = createServer();
    expect(await timed(drainServer(server, 5_000))).toBeLessThan(100);
  });
});
