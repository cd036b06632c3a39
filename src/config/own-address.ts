import { isIPv6 } from 'node:net';

/**
 * Where a server with this environment is reached from its own machine, as an origin. Reads three variables as
 * `loadAppConfig` does, without the rest: a health check runs every few seconds and must cost next to nothing.
 */
export function ownAddress(env: Readonly<Record<string, string | undefined>>): string {
  const of = (name: string): string => env[name]?.trim() ?? '';
  const scheme = of('TLS_CERT_FILE') === '' ? 'http' : 'https';
  return `${scheme}://${reachable(of('CLOUDWATCH_MCP_SERVER_HOST'))}:${of('CLOUDWATCH_MCP_PORT') || '3334'}`;
}

function reachable(host: string): string {
  if (host === '' || host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}
