import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import { principalKey } from '../principal.js';
import type { QueryOwner } from './query-handle.js';
import { type SlotKeys, QuerySlots } from './query-slots.js';

/** The right to have one query running. It ends with `release` or `leaveRunning`, whichever is called first. */
export interface QuerySlot {
  /** Told the AWS id once the query has started. */
  started(queryId: string): void;
  /** The query has ended, or none was started. */
  release(): void;
  /** The query goes on in AWS with nobody waiting: it keeps its slot until it is seen ended, or AWS must have ended it. */
  leaveRunning(): void;
}

/** A query that went on after its call was answered. */
export interface LeftQuery {
  readonly queryId: string;
  readonly account: string;
  readonly region: string;
}

export interface SlotOptions {
  /** Wait for a free slot, first come, first served; otherwise refuse at once. */
  readonly wait: boolean;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Asks AWS whether a query that this caller left running has ended: before a refusal, and now and then while waiting. */
  readonly hasEnded?: (query: LeftQuery) => Promise<boolean>;
}

interface Left extends LeftQuery {
  readonly user: string;
  /** What it still counts in. */
  holds: Partial<SlotKeys>;
  /** By the monotonic clock. */
  lookedAt: number;
  readonly timers: readonly NodeJS.Timeout[];
}

const MINUTE_MS = 60_000;
/** AWS ends every query by then (StartQuery). */
const LONGEST_QUERY_MS = 60 * MINUTE_MS;
/** So long a query nobody waits for counts against the others of its account, who have no way to see it ended. */
const LEFT_IN_ACCOUNT_MS = 10 * MINUTE_MS;
const LOOK_INTERVAL_MS = 5_000;
/** However many calls of a caller want to know, AWS is asked about a query no more often. */
const LOOK_PAUSE_MS = 2_000;
const RETRY_SECONDS = 5;
const MAX_WAITING_OF_A_CALLER = 500;

/**
 * How many Logs Insights queries run at the same time on this replica: of each caller over all accounts and regions,
 * and in each account and region over all callers (AWS allows 100 there, shared with dashboards and everything else).
 */
@Injectable()
export class RunningQueriesService {
  readonly #slots: QuerySlots;
  readonly #left = new Map<string, Left>();

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {
    const { maxQueriesPerUser: perUser, maxQueriesPerAccount: perPlace } = config.tools;
    this.#slots = new QuerySlots({ perUser, perPlace });
  }

  /**
   * A slot for one query of this caller.
   * @throws ServiceError `rate_limited` when there is none, `cancelled` when the signal ends the waiting
   */
  async slot(owner: QueryOwner, options: SlotOptions): Promise<QuerySlot> {
    const keys = { user: principalKey(owner), place: JSON.stringify([owner.account, owner.region]) };
    if (this.#slots.full(keys) !== undefined) await this.#lookAtLeft(keys.user, options);
    const full = this.#slots.full(keys);
    if (full === undefined) this.#slots.take(keys);
    else if (options.wait) await this.#wait(keys, options);
    else throw this.#refusal(full);
    return this.#slot(keys, owner);
  }

  /** Frees the slot of a query that was left running, once somebody has seen that it ended. */
  ended(queryId: string): void {
    const left = this.#left.get(queryId);
    if (left === undefined) return;
    left.timers.forEach((timer) => clearTimeout(timer));
    this.#left.delete(queryId);
    this.#slots.free(left.holds);
  }

  /** What is remembered of running and waiting queries: nothing once there are none. */
  get size(): number {
    return this.#slots.size + this.#left.size;
  }

  #slot(keys: SlotKeys, { account, region }: QueryOwner): QuerySlot {
    let queryId: string | undefined;
    let open = true;
    const close = (left: boolean): void => {
      if (!open) return;
      open = false;
      if (left && queryId !== undefined) this.#leave({ queryId, account, region }, keys);
      else this.#slots.free(keys);
    };
    return {
      started: (id) => {
        queryId = id;
      },
      release: () => close(false),
      leaveRunning: () => close(true),
    };
  }

  #leave(query: LeftQuery, { user, place }: SlotKeys): void {
    const { queryId } = query;
    const timers = [
      setTimeout(() => this.#leaveAccount(queryId), LEFT_IN_ACCOUNT_MS).unref(),
      setTimeout(() => this.ended(queryId), LONGEST_QUERY_MS).unref(),
    ];
    this.#left.set(queryId, { ...query, user, holds: { user, place }, lookedAt: -Infinity, timers });
  }

  #leaveAccount(queryId: string): void {
    const left = this.#left.get(queryId);
    if (left === undefined) return;
    const { user, place } = left.holds;
    left.holds = { user };
    this.#slots.free({ place });
  }

  /** A caller's own queries only: nobody's rights are used to look at another's. */
  async #lookAtLeft(user: string, { hasEnded }: SlotOptions): Promise<void> {
    if (hasEnded === undefined) return;
    const now = performance.now();
    const due = [...this.#left.values()].filter((left) => left.user === user && now - left.lookedAt >= LOOK_PAUSE_MS);
    await Promise.all(
      due.map(async (left) => {
        left.lookedAt = now;
        const { queryId, account, region } = left;
        if (await hasEnded({ queryId, account, region }).catch(() => false)) this.ended(queryId);
      }),
    );
  }

  async #wait(keys: SlotKeys, options: SlotOptions): Promise<void> {
    const { signal } = options;
    if (signal.aborted) throw cancelled();
    if (this.#slots.waitingOf(keys.user) >= MAX_WAITING_OF_A_CALLER) throw this.#refusal('user');
    const look = setInterval(() => void this.#lookAtLeft(keys.user, options), LOOK_INTERVAL_MS);
    let onAbort = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const leaveQueue = this.#slots.enqueue(keys, resolve);
        onAbort = () => {
          // At once: a slot freed before the rejection is noticed would be granted to nobody.
          leaveQueue();
          reject(cancelled());
        };
        signal.addEventListener('abort', onAbort, { once: true });
      });
    } finally {
      clearInterval(look);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #refusal(full: keyof SlotKeys): ServiceError {
    const { maxQueriesPerUser, maxQueriesPerAccount } = this.config.tools;
    const message =
      full === 'user'
        ? `You have ${maxQueriesPerUser} Logs Insights queries running, as many as one caller may. Wait for one, read its result with get_logs_insight_query_results, or stop it with cancel_logs_insight_query.`
        : `${maxQueriesPerAccount} Logs Insights queries run in this account and Region, as many as this server starts there. Call again when one has ended.`;
    return new ServiceError('rate_limited', message, { retryAfterSeconds: RETRY_SECONDS, denied: 'concurrency' });
  }
}

function cancelled(): ServiceError {
  return new ServiceError('cancelled', 'The call was cancelled.');
}
