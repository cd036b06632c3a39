import { ServiceError, type ServiceErrorOptions } from '../../errors.js';

/** AWS refuses the caller's token itself, which no second try changes: only another token helps. */
export class TokenRefused extends ServiceError {
  override readonly name = 'TokenRefused';

  constructor(message: string, options?: ServiceErrorOptions) {
    super('credentials_refused', message, options);
  }
}
