import type { ClaimPath } from '../../config/issuer-settings.js';
import { parseScopes } from '../scopes.js';
import type { Claims } from '../token-shape.js';

/** The value at the end of a path of claim names; undefined where the path leads nowhere. */
export function claimAt(claims: Claims, path: ClaimPath): unknown {
  let value: unknown = claims;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Claims)[name];
  }
  return value;
}

/** The first of these claims that is text. */
export function firstText(...names: readonly string[]): (claims: Claims) => string | undefined {
  return (claims) => names.map((name) => claims[name]).find((value) => typeof value === 'string');
}

/** The scopes in all of these claims, each once. */
export function scopesIn(...paths: readonly ClaimPath[]): (claims: Claims) => readonly string[] {
  return (claims) => [...new Set(paths.flatMap((path) => parseScopes(claimAt(claims, path))))];
}

/** The members of all these lists, each once. */
export function membersOf(...paths: readonly ClaimPath[]): (claims: Claims) => readonly string[] {
  return (claims) => [...new Set(paths.flatMap((path) => texts(claimAt(claims, path))))];
}

/** A list made of strings only; one odd member makes the whole list worthless. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string') ? value : [];
}
