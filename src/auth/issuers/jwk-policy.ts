import { createPublicKey } from 'node:crypto';
import { isSigningAlgorithm, type SigningAlgorithm } from '../../config/signing-algorithms.js';

/** The public members of a key, bound to one algorithm. */
export interface AcceptedJwk {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly kty: 'RSA' | 'EC';
  readonly [member: string]: string;
}

const CURVES: Readonly<Record<string, SigningAlgorithm>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
const MIN_RSA_BITS = 2048;
const MIN_RSA_EXPONENT = 65_537;

/**
 * Decides whether a published key may verify tokens, and binds it to the one algorithm it may be used with (RFC 7517
 * sections 4.2 to 4.4, RFC 7518 section 3.3, RFC 8725 section 3.1). A string says why it may not.
 */
export function acceptJwk(
  jwk: Readonly<Record<string, unknown>>,
  offered: readonly SigningAlgorithm[],
): AcceptedJwk | string {
  const { kty, kid, use, key_ops: operations } = jwk;
  if (typeof kid !== 'string' || kid === '') return 'no kid';
  if (kty !== 'RSA' && kty !== 'EC') return 'key type';
  if ('d' in jwk) return 'private key';
  if (use !== undefined && use !== 'sig') return 'use';
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return 'key_ops';
  const accepted = kty === 'RSA' ? acceptRsa(jwk, kid, offered) : acceptEc(jwk, kid);
  return typeof accepted === 'string' || isKey(accepted) ? accepted : 'key material';
}

/** False for members that make no key, such as a point that is not on its curve. */
function isKey(jwk: AcceptedJwk): boolean {
  try {
    createPublicKey({ key: jwk, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

function acceptRsa(
  { n, e, alg }: Readonly<Record<string, unknown>>,
  kid: string,
  offered: readonly SigningAlgorithm[],
): AcceptedJwk | string {
  if (typeof n !== 'string' || typeof e !== 'string') return 'key material';
  if (bigInteger(n).toString(2).length < MIN_RSA_BITS) return 'key size';
  const exponent = bigInteger(e);
  if (exponent < MIN_RSA_EXPONENT || exponent % 2n === 0n) return 'exponent';
  const bound = alg ?? offered.find((name) => !name.startsWith('ES'));
  if (!isSigningAlgorithm(bound) || bound.startsWith('ES')) return 'algorithm';
  return { kid, alg: bound, kty: 'RSA', use: 'sig', n, e };
}

function acceptEc({ crv, x, y, alg }: Readonly<Record<string, unknown>>, kid: string): AcceptedJwk | string {
  if (typeof crv !== 'string' || typeof x !== 'string' || typeof y !== 'string') return 'key material';
  const bound = Object.hasOwn(CURVES, crv) ? CURVES[crv] : undefined;
  if (bound === undefined) return 'curve';
  if (alg !== undefined && alg !== bound) return 'algorithm';
  return { kid, alg: bound, kty: 'EC', use: 'sig', crv, x, y };
}

function bigInteger(base64url: string): bigint {
  const hex = Buffer.from(base64url, 'base64url').toString('hex');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}
