import { constants, createHmac, createPrivateKey, createPublicKey, randomUUID, sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';
import { CLOCK_TOLERANCE_SECONDS } from '../../src/auth/claims-policy.js';

/** A token described as raw text, so that duplicate members and odd types survive. */
export interface TokenRecipe {
  readonly id: string;
  /** The matrix row it belongs to. */
  readonly matrix: string;
  readonly header: string;
  readonly payload: string;
  readonly sign: SignatureRecipe;
  readonly post?: readonly ({ readonly op: 'template'; readonly text: string } | { op: 'flipBit'; seg: number })[];
  readonly expect: {
    readonly status?: number;
    readonly status_any?: readonly number[];
    readonly error?: string;
    readonly reason?: string;
  };
  readonly extraJwks?: readonly string[];
}

type SignatureRecipe =
  { readonly key: string; readonly alg: string } | { readonly hmac: string } | { readonly literal: string };

interface KeyPair {
  readonly public: JWK;
  readonly private: JWK;
}

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8')) as unknown;

const { recipes } = read('recipes/token-recipes.json') as { readonly recipes: readonly TokenRecipe[] };
const { keys } = read('recipes/test-keys.json') as { readonly keys: Readonly<Record<string, KeyPair>> };

/** Every recipe of a matrix row; a row without any is a mistake in the test. */
export function recipesOf(row: string): readonly TokenRecipe[] {
  const found = recipes.filter(({ matrix }) => matrix === row);
  if (found.length === 0) throw new Error(`no recipe for ${row}`);
  return found;
}

export function recipe(id: string): TokenRecipe {
  const found = recipes.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no recipe ${id}`);
  return found;
}

export const recipeKeyNames: readonly string[] = Object.keys(keys);

export function recipeKey(name: string): KeyPair {
  const pair = keys[name];
  if (pair === undefined) throw new Error(`no key ${name}`);
  return pair;
}

/** Signs header and payload as they are; `ES256-DER` gives an ECDSA signature in the encoding a JWS must not have. */
export function signCompact(header: string, payload: string, key: JWK, alg: string): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${signature(input, key, alg).toString('base64url')}`;
}

/** The finished token, its times relative to now. */
export function materialise({ header, payload, sign, post = [] }: TokenRecipe, listenerPort = 9): string {
  const values = placeholders(listenerPort);
  const head = fill(header, values);
  const body = fill(payload, values);
  const input = `${base64url(head)}.${base64url(body)}`;
  let token = `${input}.${signedAs(sign, input)}`;
  for (const step of post) {
    token = step.op === 'flipBit' ? flipBit(token, step.seg) : fromTemplate(step.text, token);
  }
  return token;
}

/** A recipe's token with other members in its header or payload; undefined removes one. */
export function variant(
  id: string,
  { header = {}, claims = {} }: { header?: Record<string, unknown>; claims?: Record<string, unknown> },
): string {
  const base = recipe(id);
  const changed = (text: string, members: Record<string, unknown>): string =>
    JSON.stringify({ ...(JSON.parse(fill(text, placeholders(9))) as object), ...members });
  return materialise({ ...base, header: changed(base.header, header), payload: changed(base.payload, claims) });
}

/** The token with the lowest bit of the middle byte of one segment changed. */
function flipBit(token: string, segment: number): string {
  const segments = token.split('.');
  const bytes = Buffer.from(segments[segment] ?? '', 'base64url');
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  segments[segment] = bytes.toString('base64url');
  return segments.join('.');
}

function fromTemplate(template: string, token: string): string {
  const [h = '', p = '', s = ''] = token.split('.');
  const standard = s.replaceAll('-', '+').replaceAll('_', '/');
  return fill(template, (name) => ({ H: h, P: p, S: s, SSTD: standard })[name]);
}

function placeholders(listenerPort: number): (name: string) => string | undefined {
  const now = Math.floor(Date.now() / 1000);
  return (name) => {
    if (name === 'JTI') return randomUUID();
    if (name === 'LISTENER_PORT') return String(listenerPort);
    if (name.startsWith('PUB:')) return JSON.stringify(recipeKey(name.slice(4)).public);
    const terms = /^NOW((?:[+-](?:TOL|\d+))*)$/.exec(name)?.[1];
    if (terms === undefined) return undefined;
    const offsets = terms.replaceAll('TOL', String(CLOCK_TOLERANCE_SECONDS)).match(/[+-]\d+/g) ?? [];
    return String(offsets.reduce((sum, offset) => sum + Number(offset), now));
  };
}

function fill(text: string, value: (name: string) => string | undefined): string {
  return text.replaceAll(/\{\{([^}]+)\}\}/g, (_, name: string) => {
    const replacement = value(name);
    if (replacement === undefined) throw new Error(`unknown placeholder ${name}`);
    return replacement;
  });
}

function signedAs(recipeOfSignature: SignatureRecipe, input: string): string {
  if ('literal' in recipeOfSignature) return recipeOfSignature.literal;
  if ('hmac' in recipeOfSignature) return hmac(recipeOfSignature.hmac, input);
  return signature(input, recipeKey(recipeOfSignature.key).private, recipeOfSignature.alg).toString('base64url');
}

function signature(input: string, jwk: JWK, alg: string): Buffer {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  if (alg === 'EdDSA') return signBytes(null, Buffer.from(input), key);
  const digest = `sha${alg.slice(2, 5)}`;
  if (alg.startsWith('ES')) {
    return signBytes(digest, Buffer.from(input), { key, dsaEncoding: alg.endsWith('-DER') ? 'der' : 'ieee-p1363' });
  }
  const padding = alg.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  return signBytes(digest, Buffer.from(input), { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

/** HMAC under a public key in one of its spellings, as a forger who knows only that key would use it. */
function hmac(spelling: string, input: string): string {
  const [form, name = ''] = spelling.split(':');
  const jwk = recipeKey(name).public;
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  const secrets: Readonly<Record<string, string | Buffer>> = {
    pem,
    'pem-nonl': pem.trimEnd(),
    der: createPublicKey(pem).export({ type: 'spki', format: 'der' }),
    n: Buffer.from(jwk.n ?? '', 'base64url'),
  };
  const secret = form === undefined ? undefined : secrets[form];
  if (secret === undefined) throw new Error(`unknown spelling ${spelling}`);
  return createHmac('sha256', secret).update(input).digest('base64url');
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}
