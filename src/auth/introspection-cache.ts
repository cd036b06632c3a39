import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Claims } from './token-shape.js';

/**
 * What an authorization server said of a token: its claims when it is active, else `inactive`; `expired` when it had said
 * before until when the token would be active, and that has passed.
 */
export type IntrospectionAnswer = Claims | Inactive;
type Inactive = 'inactive' | 'expired';

const ACTIVE_MS = 60_000;
const INACTIVE_MS = 10_000;
const MAX_ACTIVE = 9000;
const MAX_INACTIVE = 1000;

interface Kept<T> {
  readonly answer: T;
  readonly until: number;
}

/**
 * Answers for a while: active ones a minute and never beyond `exp`, inactive ones ten seconds, 10,000 in all. Made-up
 * tokens push out no real one, since they have a place of their own.
 */
export class IntrospectionCache {
  private readonly active = new LRUCache<string, Kept<Claims>>({ max: MAX_ACTIVE });
  private readonly inactive = new LRUCache<string, Kept<Inactive>>({ max: MAX_INACTIVE });

  get size(): number {
    return this.active.size + this.inactive.size;
  }

  get(key: string, nowMs: number): IntrospectionAnswer | undefined {
    const kept = this.active.get(key) ?? this.inactive.get(key);
    return kept !== undefined && kept.until > nowMs ? kept.answer : undefined;
  }

  /** @returns the answer as it is kept, which knows more than the server's own where the token was known before */
  keep(key: string, answer: Claims | 'inactive', nowMs: number): IntrospectionAnswer {
    if (answer === 'inactive') {
      const inactive = this.hasExpired(key, nowMs) ? 'expired' : 'inactive';
      this.active.delete(key);
      this.inactive.set(key, { answer: inactive, until: nowMs + INACTIVE_MS });
      return inactive;
    }
    this.inactive.delete(key);
    this.active.set(key, { answer, until: Math.min(nowMs + ACTIVE_MS, expiryOf(answer)) });
    return answer;
  }

  private hasExpired(key: string, nowMs: number): boolean {
    return this.inactive.get(key)?.answer === 'expired' || expiryOf(this.active.get(key)?.answer) <= nowMs;
  }
}

/** In milliseconds since the epoch. */
function expiryOf(claims: Claims | undefined): number {
  return typeof claims?.exp === 'number' ? claims.exp * 1000 : Infinity;
}

/** SECURITY: the whole token by its SHA-256; a part of it would mix up callers, and the token itself is not kept. */
export function introspectionKey(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
