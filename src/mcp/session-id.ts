import type { Principal } from '../principal.js';
import { isSeal, seal } from '../seal.js';

type Owner = Pick<Principal, 'issuer' | 'subject'>;

/**
 * A session id without a session: it only names a client's calls so that a later cancellation finds them, and belongs
 * to the principal it was made for. Any replica with the secret can check it.
 */
export function sealSessionId(secret: string, random: string, owner: Owner): string {
  return `${random}.${seal(secret, factsOf(random, owner))}`;
}

/** Whether `id` was made for this principal under one of the secrets. */
export function ownsSessionId(secrets: readonly string[], id: string, owner: Owner): boolean {
  const [random, mac, ...rest] = id.split('.');
  if (random === undefined || mac === undefined || rest.length > 0 || id.length > 256) return false;
  return isSeal(secrets, factsOf(random, owner), mac);
}

function factsOf(random: string, { issuer, subject }: Owner): ['session', ...string[]] {
  return ['session', random, issuer, subject];
}
