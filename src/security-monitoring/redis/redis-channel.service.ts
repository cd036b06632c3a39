import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { openRedis } from './redis-client.factory.js';
import { RedisService } from './redis.service.js';

const PREFIX = 'cwmcp:';
/** Often enough that a connection which died in silence is found and replaced. */
const PING_INTERVAL_MS = 5_000;

/** Short messages to all replicas, this one included; at most once, and to nobody without Redis. */
@Injectable()
export class RedisChannelService implements OnApplicationShutdown {
  readonly #listeners: Redis[] = [];
  readonly #pings: NodeJS.Timeout[] = [];

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly redis: RedisService,
  ) {}

  /** Sends a message; never rejects, and loses it when Redis cannot be used. */
  async publish(channel: string, message: string): Promise<void> {
    await this.redis.run((client) => client.publish(PREFIX + channel, message)).catch(ignore);
  }

  /** Hears every message from now on, for as long as Redis is there. SECURITY: whoever may write to Redis may send. */
  subscribe(channel: string, hear: (message: string) => void): void {
    const { redis } = this.config.limits;
    if (redis === undefined) return;
    // A connection that subscribes can do nothing else.
    const listener = openRedis(redis);
    const listen = (): void => void listener.subscribe(PREFIX + channel).catch(() => listener.disconnect(true));
    listener.on('error', ignore).on('ready', listen);
    listener.on('message', (_channel, message) => hear(message));
    listener.connect().catch(ignore);
    this.#listeners.push(listener);
    this.#pings.push(setInterval(() => void listener.ping().catch(ignore), PING_INTERVAL_MS).unref());
  }

  onApplicationShutdown(): void {
    this.#pings.forEach((ping) => clearInterval(ping));
    this.#listeners.forEach((listener) => listener.disconnect());
  }
}

function ignore(): void {
  // RedisService tells why Redis cannot be used.
}
