import { createHash } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RedisChannelService } from '../security-monitoring/redis/redis-channel.service.js';

const CHANNEL = 'cancel';

/**
 * The running calls of clients that cancel by a second request (specification revisions before 2026-07-28). Calls are
 * named by the client's own sealed session id together with its request id: every client counts its ids from 0.
 */
@Injectable()
export class InFlightCallsService implements OnModuleInit {
  private readonly calls = new Map<string, AbortController>();

  constructor(private readonly channel: RedisChannelService) {}

  onModuleInit(): void {
    this.channel.subscribe(CHANNEL, (name) => this.calls.get(name)?.abort());
  }

  add(sessionId: string, requestId: unknown, controller: AbortController): () => void {
    const name = nameOf(sessionId, requestId);
    this.calls.set(name, controller);
    return () => {
      if (this.calls.get(name) === controller) this.calls.delete(name);
    };
  }

  /** Aborts the call, on whichever replica it runs when they share a Redis, else on this one. */
  cancel(sessionId: string, requestId: unknown): void {
    const name = nameOf(sessionId, requestId);
    const here = this.calls.get(name);
    if (here === undefined) void this.channel.publish(CHANNEL, name);
    else here.abort();
  }

  get size(): number {
    return this.calls.size;
  }
}

/** SECURITY: a hash, which travels between replicas without telling the session id, and which nobody can make up. */
function nameOf(sessionId: string, requestId: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([sessionId, requestId]))
    .digest('base64url');
}
