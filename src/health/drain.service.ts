import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

const DEADLINE_MS = 20_000;
const IDLE_CHECK_MS = 100;

/** Ends the service without losing an answer: no new connections, what runs is finished, what never ends is cut. */
@Injectable()
export class DrainService implements BeforeApplicationShutdown {
  #draining = false;

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** True from the moment shutdown begins. */
  get draining(): boolean {
    return this.#draining;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#draining = true;
    await drainServer(this.adapterHost.httpAdapter.getHttpServer() as Server, DEADLINE_MS);
  }
}

/**
 * Stops accepting and resolves once every connection is closed: idle ones at once, busy ones after their answer, all of
 * them when `deadlineMs` have passed. A kept-alive connection would otherwise hold the process for its whole time-out.
 */
export async function drainServer(server: Server, deadlineMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
