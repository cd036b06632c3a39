import { ConfigurationInvalid, StartFailed } from './errors.js';
import { maskSecrets } from './secret-masking.js';

/**
 * What is said of an error that keeps the server from starting: what the operator can mend in words, anything else, which
 * is our fault, with its stack.
 */
export function startFailureText(error: unknown): string {
  if (error instanceof ConfigurationInvalid || error instanceof StartFailed) return error.message;
  // SECURITY: the stack only, since errors of HTTP clients carry whole requests as properties.
  return maskSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error)).text;
}
