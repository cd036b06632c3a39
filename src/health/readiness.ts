import type { RedisState } from '../security-monitoring/redis/redis.service.js';

/** What an issuer registry says of one issuer. */
export interface IssuerState {
  readonly usable: boolean;
  readonly degraded: boolean;
}

/** What readiness is decided on. */
export interface ReadinessFacts {
  readonly draining: boolean;
  readonly authEnabled: boolean;
  readonly apiKeys: number;
  readonly issuers: readonly IssuerState[];
  readonly redis: RedisState;
}

/** The body of `/health/ready`: counts and states only, since anyone may read it. */
export interface Readiness {
  readonly status: 'ready' | 'draining' | 'no_usable_issuer';
  /** What fails although requests are served. */
  readonly degraded: readonly ('issuers' | 'redis')[];
  readonly issuers: { readonly configured: number; readonly usable: number; readonly degraded: number };
  readonly redis: RedisState;
}

/**
 * Ready while not shutting down and while someone can be let in: by API key, by one usable issuer, or because
 * authentication is off. What is degraded takes nobody's readiness: every replica would lose it at the same time.
 */
export function readiness({ draining, authEnabled, apiKeys, issuers, redis }: ReadinessFacts): Readiness {
  const usable = issuers.filter((issuer) => issuer.usable).length;
  const failing = issuers.filter((issuer) => issuer.degraded).length;
  const someoneCanEnter = !authEnabled || apiKeys > 0 || usable > 0;
  return {
    status: draining ? 'draining' : someoneCanEnter ? 'ready' : 'no_usable_issuer',
    degraded: [...(failing > 0 ? (['issuers'] as const) : []), ...(redis === 'degraded' ? (['redis'] as const) : [])],
    issuers: { configured: issuers.length, usable, degraded: failing },
    redis,
  };
}
