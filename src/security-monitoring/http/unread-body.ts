import type { IncomingMessage } from 'node:http';

/**
 * Whether a request has a body that has not wholly arrived. What nobody will read must neither be taken for the next
 * request nor be waited for: such a refusal closes the connection.
 */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return !complete && (encoding !== undefined || (length !== undefined && length !== '0'));
}
