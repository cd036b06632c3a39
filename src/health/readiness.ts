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
}

/** The body of `/health/ready`: counts only, since anyone may read it. */
export interface Readiness {
  readonly status: 'ready' | 'draining' | 'no_usable_issuer';
  readonly issuers: { readonly configured: number; readonly usable: number; readonly degraded: number };
}

/** Ready while not shutting down and while someone can be let in: by API key, by one usable issuer, or because authentication is off. */
export function readiness({ draining, authEnabled, apiKeys, issuers }: ReadinessFacts): Readiness {
  const usable = issuers.filter((issuer) => issuer.usable).length;
  const someoneCanEnter = !authEnabled || apiKeys > 0 || usable > 0;
  return {
    status: draining ? 'draining' : someoneCanEnter ? 'ready' : 'no_usable_issuer',
    issuers: { configured: issuers.length, usable, degraded: issuers.filter((issuer) => issuer.degraded).length },
  };
}
