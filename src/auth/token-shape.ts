import type { Refused } from './auth-failure.js';
import { MAX_TOKEN_LENGTH } from './presented-credential.js';
import { isSigningAlgorithm, type SigningAlgorithm } from '../config/signing-algorithms.js';
import { parseStrictObject } from './strict-json.js';

export type Claims = Readonly<Record<string, unknown>>;

export interface TokenHeader {
  readonly alg: SigningAlgorithm;
  readonly kid: string;
  /** Lower case and without `application/`; absent when the token has none. */
  readonly typ?: 'jwt' | 'at+jwt';
}

/** A well-formed compact JWS with a claims set. Nothing in it is verified yet. */
export interface TokenShape {
  readonly header: TokenHeader;
  readonly claims: Claims;
  readonly issuer: string;
}

const MAX_KID_LENGTH = 256;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a compact JWS strictly, before any library sees it: exactly one encoding of every byte, no duplicate members,
 * an asymmetric algorithm, a key id, no extension (RFC 7515 sections 4 and 7.1, RFC 8725 sections 3.1 and 3.11). Header
 * members that name keys or addresses (`jwk`, `jku`, `x5u`, `x5c`) are never looked at.
 */
export function readTokenShape(text: string): TokenShape | Refused {
  const header = readTokenHeader(text);
  if ('reason' in header) return header;
  const claims = decodeObject(text.split('.')[1] ?? '');
  if (claims === undefined) return refused('malformed', 'the payload is not one unambiguous JSON object');
  if (typeof claims.iss !== 'string') return refused('iss_mismatch', 'iss is missing or not a string');
  return { header, claims, issuer: claims.iss };
}

/** What the signature of a compact JWS is verified with, read as strictly; the payload may be anything. */
export function readTokenHeader(text: string): TokenHeader | Refused {
  if (text.length > MAX_TOKEN_LENGTH) return refused('malformed', 'the token is longer than 8 KB');
  const [headerText, payloadText, signatureText, ...others] = text.split('.');
  if (headerText === undefined || payloadText === undefined || signatureText === undefined || others.length > 0) {
    return refused('malformed', 'the token does not have three segments');
  }
  const header = readHeader(decodeObject(headerText));
  if ('reason' in header) return header;
  return decode(signatureText) === undefined ? refused('malformed', 'the signature is not base64url') : header;
}

function readHeader(header: Claims | undefined): TokenHeader | Refused {
  if (header === undefined) return refused('malformed', 'the header is not one unambiguous JSON object');
  const { alg, kid, typ } = header;
  if (!isSigningAlgorithm(alg)) return refused('alg_not_allowed', 'alg is not an asymmetric signature algorithm');
  if ('crit' in header || 'b64' in header || 'zip' in header) {
    return refused('crit_unsupported', 'the header holds crit, b64 or zip');
  }
  if ('cty' in header) return refused('typ_mismatch', 'the header holds cty');
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH) {
    return refused('unknown_kid', 'kid is missing, not a string or longer than 256 characters');
  }
  if (typ === undefined) return { alg, kid };
  const mediaType = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;
  if (mediaType !== 'jwt' && mediaType !== 'at+jwt') return refused('typ_mismatch', 'typ is neither JWT nor at+jwt');
  return { alg, kid, typ: mediaType };
}

function decodeObject(segment: string): Claims | undefined {
  const bytes = decode(segment);
  if (bytes === undefined) return undefined;
  try {
    return parseStrictObject(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

/** The bytes of a non-empty base64url segment; undefined unless encoding them again gives the very same text. */
function decode(segment: string): Buffer | undefined {
  if (segment === '') return undefined;
  const bytes = Buffer.from(segment, 'base64url');
  return bytes.toString('base64url') === segment ? bytes : undefined;
}

function refused(reason: Refused['reason'], detail: string): Refused {
  return { reason, detail };
}
