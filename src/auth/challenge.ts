/** What a `WWW-Authenticate` header says beyond the realm. */
export interface Challenge {
  /** Address of the protected-resource metadata (RFC 9728 section 5.1). */
  readonly resourceMetadata: string;
  /** Absent when no credential was presented (RFC 6750 section 3.1). */
  readonly error?: { readonly code: string; readonly description: string };
  /** The scopes a new token needs. */
  readonly scope?: string;
}

/** The value of `WWW-Authenticate` (RFC 6750 section 3). Every part is the server's own text, free of quotes. */
export function bearerChallenge({ resourceMetadata, error, scope }: Challenge): string {
  const parts: [string, string | undefined][] = [
    ['realm', 'cloudwatch-mcp'],
    ['error', error?.code],
    ['error_description', error?.description],
    ['scope', scope],
    ['resource_metadata', resourceMetadata],
  ];
  const present = parts.filter(([, value]) => value !== undefined);
  return `Bearer ${present.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}
