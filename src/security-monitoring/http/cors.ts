const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'x-correlation-id',
  'accept',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
];

const EXPOSED_HEADERS =
  'WWW-Authenticate, Mcp-Session-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Correlation-ID, X-Request-Id';

/** Response headers that let an allowed origin read the answer; without credentials mode (Fetch, CORS protocol). */
export function corsHeaders(origin: string): Record<string, string> {
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED_HEADERS };
}

/** What a preflight of an allowed origin is told; tool parameters sent as `Mcp-Param-*` headers are allowed by name. */
export function preflightHeaders(
  path: string,
  requestedHeaders: string | undefined,
  { sessions }: { readonly sessions: boolean },
): Record<string, string> {
  const parameters = (requestedHeaders ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^mcp-param-[a-z0-9-]{1,64}$/.test(name));
  const endpointMethods = sessions ? 'GET, POST, DELETE, OPTIONS' : 'POST, OPTIONS';
  return {
    'Access-Control-Allow-Methods': path.startsWith('/.well-known/') ? 'GET, OPTIONS' : endpointMethods,
    'Access-Control-Allow-Headers': [...ALLOWED_HEADERS, ...parameters].join(', '),
    'Access-Control-Max-Age': '600',
  };
}
