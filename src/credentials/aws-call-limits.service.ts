import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import { callsPerSecond } from './aws-quotas.js';
import { FairQueue } from './fair-queue.js';
import { TokenBucket } from './token-bucket.js';

const MAX_LANES = 2_000;
const MAX_WAIT_MS = 10_000;

/** A call of AWS that waits for its turn. */
export interface LimitedCall {
  /** Whose quota it uses. */
  readonly account: string;
  readonly region: string;
  /** With its service, e.g. `logs:StartQuery`. */
  readonly operation: string;
  /** Those who take turns. */
  readonly owner: string;
  /** Ends the waiting; one that was aborted before does not. */
  readonly signal: AbortSignal;
}

/**
 * Keeps the calls of all users of an account within AWS's quotas: one bucket an account, region and operation, this
 * replica's part of it. Whoever finds it empty waits, callers in turn, ten seconds at most. Buckets are bounded in
 * number, and those not used for longest are forgotten.
 */
@Injectable()
export class AwsCallLimitsService implements OnApplicationShutdown {
  readonly #lanes = new LRUCache<string, Lane>({ max: MAX_LANES });
  readonly #share: number;

  constructor(@Inject(APP_CONFIG) { limits }: AppConfig) {
    this.#share = limits.awsCallRate / limits.expectedReplicas;
  }

  /**
   * Lets a call go at once (undefined) or when its turn comes.
   * @throws ServiceError `aws_throttled` with the seconds to wait, or `cancelled`
   */
  turn(call: LimitedCall): Promise<void> | undefined {
    return this.#lane(call).enter(call);
  }

  /** AWS throttled this call: its like go slower for a while. */
  slowDown(call: LimitedCall): void {
    this.#lane(call).slowDown();
  }

  onApplicationShutdown(): void {
    for (const lane of this.#lanes.values()) lane.close();
  }

  #lane({ account, region, operation }: LimitedCall): Lane {
    const key = JSON.stringify([account, region, operation]);
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = new Lane(new TokenBucket(callsPerSecond(operation, region) * this.#share));
    this.#lanes.set(key, lane);
    return lane;
  }
}

interface Waiter {
  go(): void;
  refuse(error: ServiceError): void;
}

/** The calls of one bucket. */
class Lane {
  readonly #waiting = new FairQueue<Waiter>();
  #wake: NodeJS.Timeout | undefined;

  constructor(private readonly bucket: TokenBucket) {}

  enter(call: LimitedCall): Promise<void> | undefined {
    const now = performance.now();
    if (this.#waiting.size === 0 && this.bucket.take(now)) return undefined;
    const seconds = this.#waiting.aheadOf(call.owner) / this.bucket.limit(now);
    // Waiting in vain would only keep the caller from being told.
    if (seconds * 1000 > MAX_WAIT_MS) return Promise.reject(busy(call, seconds));
    return new Promise((resolve, reject) => this.#queue(call, resolve, reject));
  }

  slowDown(): void {
    this.bucket.slowDown(performance.now());
  }

  close(): void {
    clearTimeout(this.#wake);
    const stopping = new ServiceError('unavailable', 'The server is stopping; call again.');
    for (let waiter = this.#waiting.shift(); waiter !== undefined; waiter = this.#waiting.shift())
      waiter.refuse(stopping);
  }

  #queue(call: LimitedCall, resolve: () => void, reject: (error: ServiceError) => void): void {
    const leave = (error: ServiceError): void => {
      this.#waiting.remove(call.owner, waiter);
      waiter.refuse(error);
    };
    const onAbort = (): void => leave(new ServiceError('cancelled', 'The call was cancelled.'));
    const limit = setTimeout(() => leave(busy(call, MAX_WAIT_MS / 1000)), MAX_WAIT_MS).unref();
    const settle = (): void => {
      clearTimeout(limit);
      call.signal.removeEventListener('abort', onAbort);
    };
    const waiter: Waiter = {
      go: () => (settle(), resolve()),
      refuse: (error) => (settle(), reject(error)),
    };
    call.signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.push(call.owner, waiter);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#wake !== undefined || this.#waiting.size === 0) return;
    const wait = Math.ceil(this.bucket.readyIn(performance.now()));
    this.#wake = setTimeout(() => {
      this.#wake = undefined;
      while (this.#waiting.size > 0 && this.bucket.take(performance.now())) this.#waiting.shift()?.go();
      this.#schedule();
    }, wait).unref();
  }
}

function busy({ operation, region }: LimitedCall, seconds: number): ServiceError {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  return new ServiceError(
    'aws_throttled',
    `Too many calls wait for ${operation} in ${region}: AWS limits their rate in this account. Call again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds },
  );
}
