import { createHash } from 'node:crypto';
import { AwsFault } from '../operation.js';

interface Paged {
  readonly NextToken?: string | undefined;
}

/** One page of a list and where the next begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/**
 * The page of `items` that the input's NextToken points at. A token is good only for the operation and the input it was
 * given for.
 * @throws AwsFault InvalidNextToken
 */
export function pageOf<T>(operation: string, input: Paged, items: readonly T[], size: number): Page<T> {
  const offset = offsetOf(operation, input);
  const end = offset + size;
  return {
    items: items.slice(offset, end),
    NextToken: end < items.length ? tokenFor(operation, input, end) : undefined,
  };
}

/** Where the input's page begins: 0 without a token. */
export function offsetOf(operation: string, input: Paged): number {
  if (input.NextToken === undefined) return 0;
  const decoded = Buffer.from(input.NextToken, 'base64url').toString('utf8');
  const offset = Number(/^(\d{1,9}):/.exec(decoded)?.[1]);
  if (!Number.isInteger(offset) || tokenFor(operation, input, offset) !== input.NextToken) {
    throw new AwsFault('InvalidNextToken', 'The next token is not valid for this request.');
  }
  return offset;
}

/** The token of the page that begins at `offset`. */
export function tokenFor(operation: string, input: Paged, offset: number): string {
  const request = JSON.stringify([operation, offset, { ...input, NextToken: undefined }]);
  const digest = createHash('sha256').update(request).digest('base64url');
  return Buffer.from(`${offset}:${digest}`).toString('base64url');
}
