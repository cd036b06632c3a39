import { HttpRefusal } from '../../errors.js';

/** What the table needs to know of a session. */
export interface TableEntry {
  readonly id: string;
  /** Whose it is, as `principalKey`. */
  readonly owner: string;
  /** Whether anything of it runs: it is not closed to make room. */
  readonly busy: boolean;
  /** Whether its client is connected: it does not expire. */
  readonly inUse: boolean;
  /** When it was last heard of, in ms on the clock of the table's caller. */
  readonly lastUsed: number;
}

/** How many sessions there may be, and how long without use. */
export interface SessionLimits {
  readonly perOwner: number;
  readonly total: number;
  readonly idleMs: number;
}

const RETRY = { 'Retry-After': '5' };

/** The sessions of this process: bounded in number, in all and of each owner. */
export class SessionTable<S extends TableEntry> {
  readonly #sessions = new Map<string, S>();

  constructor(private readonly limits: SessionLimits) {}

  /**
   * Adds a session.
   * @returns the owner's session that it takes the place of: the longest unused of those in which nothing runs
   * @throws HttpRefusal 429 or 503 when there are as many as there may be and something runs in all of the owner's
   */
  add(session: S): S | undefined {
    const own = this.of(session.owner);
    const mine = own.length >= this.limits.perOwner;
    const full = mine || this.#sessions.size >= this.limits.total;
    const replaced = full ? longestUnused(own) : undefined;
    if (full && replaced === undefined) throw mine ? tooManyOfOne(this.limits.perOwner) : tooMany();
    if (replaced !== undefined) this.remove(replaced);
    this.#sessions.set(session.id, session);
    return replaced;
  }

  /** The session of this id when it is this owner's and has not expired. */
  find(id: string, owner: string, now: number): S | undefined {
    const session = this.#sessions.get(id);
    return session !== undefined && session.owner === owner && !this.#isExpired(session, now) ? session : undefined;
  }

  /** Whether there is a session of this id that belongs to somebody else. */
  isOfAnother(id: string, owner: string): boolean {
    const session = this.#sessions.get(id);
    return session !== undefined && session.owner !== owner;
  }

  of(owner: string): readonly S[] {
    return this.all().filter((session) => session.owner === owner);
  }

  all(): readonly S[] {
    return [...this.#sessions.values()];
  }

  expired(now: number): readonly S[] {
    return this.all().filter((session) => this.#isExpired(session, now));
  }

  remove({ id }: Pick<S, 'id'>): void {
    this.#sessions.delete(id);
  }

  get size(): number {
    return this.#sessions.size;
  }

  #isExpired({ inUse, lastUsed }: S, now: number): boolean {
    return !inUse && now - lastUsed >= this.limits.idleMs;
  }
}

function longestUnused<S extends TableEntry>(sessions: readonly S[]): S | undefined {
  const idle = sessions.filter(({ busy }) => !busy);
  return idle.sort((a, b) => a.lastUsed - b.lastUsed)[0];
}

function tooManyOfOne(limit: number): HttpRefusal {
  const message = `You have ${limit} sessions, as many as one caller may, and calls run in all of them. Try again when one has ended.`;
  return new HttpRefusal(429, 'rate_limited', message, RETRY);
}

function tooMany(): HttpRefusal {
  const message = 'This server keeps as many sessions as it may. Try again later.';
  return new HttpRefusal(503, 'unavailable', message, RETRY);
}
