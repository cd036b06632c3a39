import type { Server, ServerResponse } from 'node:http';
import { Server as TcpServer } from 'node:net';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ShutdownService } from '../security-monitoring/shutdown.service.js';

/** When each step is taken, in ms from the first. */
export interface DrainTimes {
  /** Until then new connections are accepted, so that whoever sends requests here can learn to stop. */
  readonly closeListener: number;
  /** Until then connections are kept that have sent nothing: their request may be under way. */
  readonly closeIdle: number;
  readonly stopWaiting: number;
  readonly answerNow: number;
  /** What is open then is cut. */
  readonly cut: number;
}

/** Within the 30 s that Kubernetes and ECS give by default; a balancer learns within the first 3. */
const ON_SIGTERM: DrainTimes = {
  closeListener: 3_000,
  closeIdle: 3_250,
  stopWaiting: 20_000,
  answerNow: 22_000,
  cut: 24_000,
};

/** For everything else nobody routes requests around: a terminal, a test. */
const AT_ONCE: DrainTimes = { ...ON_SIGTERM, closeListener: 0, closeIdle: 0 };

const IDLE_CHECK_MS = 50;
/** So long at most: under more load than can be served there is always one more. */
const ACCEPT_MS = 2_000;

/** Ends the service without losing an answer: no new requests, what runs is finished, what never ends is cut. */
@Injectable()
export class DrainService implements BeforeApplicationShutdown {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly shutdown: ShutdownService,
  ) {}

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    this.shutdown.begin();
    // Without HTTP there is nothing to drain.
    const server = this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
    if (server !== undefined) await drainServer(server, this.shutdown, signal === 'SIGTERM' ? ON_SIGTERM : AT_ONCE);
  }
}

/** Takes the steps and resolves once every connection is closed: each after its answer, all of them at `cut`. */
export async function drainServer(
  server: Server,
  shutdown: Pick<ShutdownService, 'stopWaiting' | 'answerNow'>,
  times: DrainTimes,
): Promise<void> {
  if (!server.listening) return;
  const steps = [
    setTimeout(() => shutdown.stopWaiting(), times.stopWaiting),
    setTimeout(() => shutdown.answerNow(), times.answerNow),
    setTimeout(() => server.closeAllConnections(), times.cut),
  ];
  server.prependListener('request', closeAfterAnswer).prependListener('checkContinue', closeAfterAnswer);
  await pause(times.closeListener);
  await acceptWaiting(server);
  // Not the HTTP server's own close, which would also close connections whose request is just arriving.
  const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(server, () => resolve()));
  await Promise.race([closed, pause(times.closeIdle - times.closeListener)]);
  // After the event loop has read what came in: until then a connection with a request in it counts as idle.
  const closeIdle = (): void => void setImmediate(() => server.closeIdleConnections());
  closeIdle();
  const idle = setInterval(closeIdle, IDLE_CHECK_MS);
  await closed;
  [...steps, idle].forEach(clearTimeout);
}

/** Lets in who is connected and not yet accepted, one in each turn of the event loop; the system would reset them. */
async function acceptWaiting(server: Server): Promise<void> {
  const latest = performance.now() + ACCEPT_MS;
  let accepted = 0;
  const count = (): void => void (accepted += 1);
  server.on('connection', count);
  for (let before = -1; before < accepted && performance.now() < latest;) {
    before = accepted;
    await immediate();
  }
  server.off('connection', count);
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { ref: false });
}

/** A client that is told to close does not send its next request into a connection that ends. */
function closeAfterAnswer(_request: unknown, response: ServerResponse): void {
  response.shouldKeepAlive = false;
}
