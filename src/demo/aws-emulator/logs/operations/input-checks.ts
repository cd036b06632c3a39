import { AwsFault } from '../../operation.js';

/** The fault for an argument the service would not take. */
export function invalidParameter(message: string): AwsFault {
  return new AwsFault('InvalidParameterException', message);
}

/** @throws AwsFault when the argument is absent or empty */
export function required<T>(name: string, value: T | undefined): T {
  if (value !== undefined && value !== null && value !== '') return value;
  throw invalidParameter(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

/** @throws AwsFault when a number is not a whole one between the limits, both included */
export function boundedInteger(
  name: string,
  value: number | undefined,
  least: number,
  most: number,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidParameter(
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must be a whole number from ${least} to ${most}`,
  );
}

/** A page of a list; the token is the place where the next page begins. */
export function pageOf<T>(
  items: readonly T[],
  size: number,
  nextToken: string | undefined,
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const from = nextToken === undefined ? 0 : placeOf(nextToken);
  const end = from + size;
  return { items: items.slice(from, end), ...(end < items.length ? { nextToken: tokenOf(end) } : {}) };
}

function tokenOf(place: number): string {
  return Buffer.from(`place:${place}`).toString('base64url');
}

function placeOf(token: string): number {
  const match = /^place:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString());
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return Number(match[1]);
}
