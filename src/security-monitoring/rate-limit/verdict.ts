/** What a limit says of one request. */
export interface Verdict {
  readonly allowed: boolean;
  /** Requests allowed within the window. */
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
}

/** The three response headers in wide use (draft-ietf-httpapi-ratelimit-headers, its first seven versions). */
export function rateLimitHeaders({ limit, remaining, resetSeconds }: Verdict): Readonly<Record<string, string>> {
  return {
    'RateLimit-Limit': String(limit),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(resetSeconds),
  };
}

/** What a refused request is told besides its status. */
export function refusalHeaders(verdict: Verdict): Readonly<Record<string, string>> {
  return { 'Retry-After': String(verdict.resetSeconds), ...rateLimitHeaders(verdict) };
}
