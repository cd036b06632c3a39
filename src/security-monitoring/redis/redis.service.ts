import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Gauge } from 'prom-client';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { SecurityMetricsService } from '../metrics/security-metrics.service.js';
import { SecurityEventsService } from '../security-events.service.js';
import { openRedis } from './redis-client.factory.js';
import { type RedisFault, redisFault } from './redis-fault.js';

/** `off`: not configured. `degraded`: configured, and not to be used right now. */
export type RedisState = 'off' | 'ok' | 'degraded';

/** What a command may take before its sender goes on without the answer. */
const COMMAND_MS = 50;
const PROBE_INTERVAL_MS = 250;
/** One late answer is the weather, several in a row are a failure. */
const LATE_ANSWERS = 3;
const WARNING_INTERVAL_MS = 60_000;
const START_MS = 1_000;

/** Redis cannot be used right now; the sender does what it does without Redis. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';

  constructor(readonly fault: RedisFault) {
    super(`Redis cannot be used: ${fault}`);
  }
}

class Late extends Error {}

/**
 * Redis as far as it is there. It costs a sender 50 ms at most, and nothing while it is known to fail: then only a probe
 * asks, four times a second, and everybody is let in again by its first success. No failure gets out of here unhandled.
 */
@Injectable()
export class RedisService implements OnModuleInit, OnApplicationShutdown {
  /** Absent without REDIS_URL. For what needs a client to be built around it; commands go through `run`. */
  readonly client?: Redis;
  #usable = false;
  #lateAnswers = 0;
  #fault: RedisFault = 'unreachable';
  #warnedAt = -Infinity;
  #told = false;
  #probing?: NodeJS.Timeout;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly events: SecurityEventsService,
    metrics: SecurityMetricsService,
  ) {
    const { redis } = config.limits;
    if (redis !== undefined) this.client = openRedis(redis);
    const gauge: Gauge = new Gauge({
      name: 'mcp_ratelimit_degraded',
      help: '1 while Redis cannot be used and each replica limits by its own share',
      registers: [metrics.registry],
      collect: () => gauge.set(this.state() === 'degraded' ? 1 : 0),
    });
  }

  /** Waits for the first connection, a second at most: the first requests are counted together too. */
  async onModuleInit(): Promise<void> {
    const { client } = this;
    if (client === undefined) return;
    client.on('error', (error) => (this.#fault = redisFault(error)));
    client.on('close', () => this.#degrade(this.#fault));
    client.on('ready', () => void this.#probe());
    await Promise.race([client.connect().then(() => this.#probe(), ignore), timer(START_MS)]);
    if (!this.#usable) this.#degrade(this.#fault);
    this.#probing = setInterval(() => void this.#probe(), PROBE_INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#probing);
    this.client?.removeAllListeners('close').disconnect();
  }

  state(): RedisState {
    if (this.client === undefined) return 'off';
    return this.#usable ? 'ok' : 'degraded';
  }

  /**
   * Runs a command. `onLate` is told of an answer that came after its sender was told that there is none.
   * @throws RedisUnavailable within 50 ms
   */
  async run<T>(command: (client: Redis) => Promise<T>, onLate?: () => void): Promise<T> {
    if (this.client === undefined || !this.#usable) throw new RedisUnavailable(this.#fault);
    const answer = command(this.client);
    try {
      const inHand = await inTime(answer);
      this.#lateAnswers = 0;
      return inHand;
    } catch (error) {
      if (error instanceof Late) answer.then(onLate, ignore);
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): RedisUnavailable {
    const fault = redisFault(error);
    this.#lateAnswers += 1;
    if (fault !== 'timeout' || this.#lateAnswers >= LATE_ANSWERS) this.#degrade(fault);
    return new RedisUnavailable(fault);
  }

  /** A write, since a replica of Redis answers everything else as if all were well. */
  async #probe(): Promise<void> {
    const { client } = this;
    if (client === undefined) return;
    if (client.status === 'end') return void client.connect().catch(ignore);
    if (client.status !== 'ready') return;
    try {
      await inTime(client.set('cwmcp:probe', '1', 'EX', 60));
      this.#restore();
    } catch (error) {
      this.#failed(error);
    }
  }

  #restore(): void {
    this.#lateAnswers = 0;
    if (this.#usable) return;
    this.#usable = true;
    if (!this.#told) return;
    this.#told = false;
    this.events.record({ name: 'limits.shared', outcome: 'restored' });
  }

  #degrade(fault: RedisFault): void {
    this.#usable = false;
    this.#fault = fault;
    const now = performance.now();
    if (now - this.#warnedAt < WARNING_INTERVAL_MS) return;
    this.#warnedAt = now;
    this.#told = true;
    this.events.record({ name: 'limits.shared', outcome: 'degraded', fault });
  }
}

/**
 * The answer, if it is here within 50 ms. Answers that came while this process itself was busy count as here: the clock
 * is looked at before the network is.
 */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    const expire = (): void => reject(new Late('timed out'));
    late = setTimeout(() => setImmediate(expire), COMMAND_MS);
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(late);
  }
}

function timer(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

function ignore(): void {
  // Why is told by the client's error event.
}
