import { createHash } from 'node:crypto';
import type { Principal } from '../principal.js';

type Named = Pick<Principal, 'issuer' | 'subject' | 'displayName'>;

const SLUG_LENGTH = 32;
const HASH_LENGTH = 20;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_SAFE = /^[A-Za-z0-9_.:/=+@-]{1,256}$/;
const HASH_PREFIX = 'sha256:';

/**
 * RoleSessionName: who, unmistakably, and since when, for CloudTrail. At most 60 characters of STS's `[\w+=,.@-]`
 * until the year 4453; different people have different names however alike their subjects are.
 */
export function roleSessionName(principal: Named, nowMs: number): string {
  return `${sourceIdentity(principal)}-${Math.floor(nowMs / 1000).toString(36)}`;
}

/** SourceIdentity: the session name without the time, the same in every session of one person; it survives role chaining. */
export function sourceIdentity(principal: Named): string {
  return `${userSlug(principal.displayName)}-${personHash(principal)}`;
}

/** A readable, printable part of a user's name: letters, digits, `.`, `_`, `-`; a mail address loses its domain. */
export function userSlug(displayName: string): string {
  const local = displayName.includes('@') ? displayName.slice(0, displayName.indexOf('@')) : displayName;
  const slug = local
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9._]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'user' : slug;
}

/** An STS session tag. */
export interface SessionTag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * Session tags that policies can test with `aws:PrincipalTag`: the issuer and subject themselves where they are made of
 * id characters, else `sha256:` and their hash, since claim text may hold what tags cannot (STS API, Tag). Injective.
 */
export function sessionTags(principal: Pick<Principal, 'issuer' | 'subject'>): readonly SessionTag[] {
  return [
    { Key: 'McpIss', Value: tagValue(principal.issuer) },
    { Key: 'McpSub', Value: tagValue(principal.subject) },
  ];
}

function tagValue(text: string): string {
  if (ID_SAFE.test(text) && !text.startsWith(HASH_PREFIX)) return text;
  // JSON, because it keeps apart what UTF-8 does not: lone surrogates.
  return `${HASH_PREFIX}${createHash('sha256').update(JSON.stringify(text)).digest('hex')}`;
}

// The first 20 base32 characters (RFC 4648, lower case) are the first 100 bits of the hash.
function personHash({ issuer, subject }: Named): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex');
  const bits = BigInt(`0x${digest}`) >> BigInt(256 - 5 * HASH_LENGTH);
  return Array.from({ length: HASH_LENGTH }, (_, index) => {
    const fiveBits = (bits >> BigInt(5 * (HASH_LENGTH - 1 - index))) & 31n;
    return BASE32.charAt(Number(fiveBits));
  }).join('');
}
