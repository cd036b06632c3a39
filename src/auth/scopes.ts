import type { AppConfig } from '../config/app-config.js';

/** Scope tokens of a space-delimited string (RFC 6749 section 3.3) or of a list; anything else holds none. */
export function parseScopes(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  if (Array.isArray(value)) return value.filter((scope) => typeof scope === 'string' && scope !== '');
  return [];
}

/** All scopes the server may ask for, each once: what a client can request in one go (RFC 9728 section 2). */
export function everyScope({ endpoint, tools }: AppConfig['scopes']): readonly string[] {
  return [...new Set([...endpoint, ...Object.values(tools)])];
}
