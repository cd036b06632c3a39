/** Scope tokens of a space-delimited string (RFC 6749 section 3.3) or of a list; anything else holds none. */
export function parseScopes(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  if (Array.isArray(value)) return value.filter((scope) => typeof scope === 'string' && scope !== '');
  return [];
}
