import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import { type Principal, principalKey } from '../../principal.js';
import { requestFacts } from '../http/request-facts.js';
import { SecurityEventsService } from '../security-events.service.js';

const RETRY_SECONDS = 5;

/** Streams that are open at the same time on this replica: of each caller, and of all. */
@Injectable()
export class StreamLimitService {
  readonly #open = new Map<string, number>();
  #total = 0;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly events: SecurityEventsService,
  ) {}

  /**
   * Counts one stream until what is returned is called; calling it again does nothing.
   * @throws HttpRefusal 429 when there are as many as there may be
   */
  open(request: object, principal: Principal): () => void {
    const { streamsPerUser, streams } = this.config.limits;
    const key = principalKey(principal);
    const open = this.#open.get(key) ?? 0;
    if (open >= streamsPerUser) {
      throw this.#refuse(request, principal, `You have ${streamsPerUser} streams open, as many as one caller may.`);
    }
    if (this.#total >= streams) {
      throw this.#refuse(request, principal, 'This server has as many streams open as it may.');
    }
    this.#open.set(key, open + 1);
    this.#total += 1;
    let counted = true;
    return () => {
      if (counted) this.#close(key);
      counted = false;
    };
  }

  /** Streams open now. */
  get size(): number {
    return this.#total;
  }

  #close(key: string): void {
    const left = (this.#open.get(key) ?? 1) - 1;
    if (left === 0) this.#open.delete(key);
    else this.#open.set(key, left);
    this.#total -= 1;
  }

  #refuse(request: object, { method }: Principal, why: string): HttpRefusal {
    this.events.record({ name: 'auth.failure', request: requestFacts(request), reason: 'rate_limited', method });
    const message = `${why} Try again when one has ended.`;
    return new HttpRefusal(429, 'rate_limited', message, { 'Retry-After': String(RETRY_SECONDS) });
  }
}
