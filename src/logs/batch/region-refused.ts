import { ServiceError } from '../../errors.js';

/** For `catch`: tells a refused region by the argument that lists it; every other failure passes on as it is. */
export function regionRefused(error: unknown): never {
  if (!(error instanceof ServiceError) || !error.message.startsWith('region:')) throw error;
  throw new ServiceError(
    error.code,
    'regions: names a Region you may not use in this account; list_accounts shows which you may.',
    { cause: error, denied: 'region' },
  );
}
