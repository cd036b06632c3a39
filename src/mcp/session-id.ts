import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../principal.js';

type Owner = Pick<Principal, 'issuer' | 'subject'>;

function seal(secret: string, random: string, { issuer, subject }: Owner): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['session', random, issuer, subject]))
    .digest('base64url');
}

/**
 * A session id without a session: it only names a client's calls so that a later cancellation finds them, and belongs
 * to the principal it was made for. Any replica with the secret can check it.
 */
export function sealSessionId(secret: string, random: string, owner: Owner): string {
  return `${random}.${seal(secret, random, owner)}`;
}

/** Whether `id` was made for this principal under one of the secrets. */
export function ownsSessionId(secrets: readonly string[], id: string, owner: Owner): boolean {
  const [random, mac, ...rest] = id.split('.');
  if (random === undefined || mac === undefined || rest.length > 0 || id.length > 256) return false;
  const presented = Buffer.from(mac);
  return secrets.some((secret) => {
    const expected = Buffer.from(seal(secret, random, owner));
    return expected.length === presented.length && timingSafeEqual(expected, presented);
  });
}
