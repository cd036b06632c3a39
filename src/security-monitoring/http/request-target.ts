/**
 * A request target as a path with its query, whichever form it came in (RFC 9112 section 3.2). Undefined when it is
 * neither a path nor the whole address of one at the host that the Host header names too, or when it holds a fragment:
 * what reads the target behind this would each understand it in a way of its own.
 */
export function originForm(target: string, host: string | undefined): string | undefined {
  if (target.includes('#')) return undefined;
  if (target.startsWith('/')) return target;
  const [, authority, rest = ''] = /^https?:\/\/([^/?]*)(.*)$/i.exec(target) ?? [];
  if (authority === undefined || authority.toLowerCase() !== host?.toLowerCase()) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
