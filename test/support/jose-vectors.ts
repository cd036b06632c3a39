import { constants, createECDH, createHash, createHmac, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';

/** One vector of Wycheproof: a JWS, and what a verifier with the group's keys must make of it. */
export interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly jws: string;
}

export interface VectorGroup {
  readonly comment: string;
  /** What an issuer of the group would publish: its public keys, or the symmetric ones, which have no other half. */
  readonly published: readonly JWK[];
  readonly private: readonly JWK[];
  readonly tests: readonly Vector[];
}

export type Verdict = 'accept' | 'reject' | 'either';

type KeyOrSet = JWK | { readonly keys: readonly JWK[] };

interface RawFile {
  readonly testGroups: readonly {
    readonly comment: string;
    readonly public?: KeyOrSet;
    readonly private: KeyOrSet;
    readonly tests: readonly Vector[];
  }[];
}

export const SIGNATURES = 'json_web_signature_test.json';
export const KEYS = 'json_web_key_test.json';

export function vectorText(path: string): string {
  return readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8');
}

export function vectorGroups(file: string): readonly VectorGroup[] {
  const { testGroups } = JSON.parse(vectorText(`wycheproof/${file}`)) as RawFile;
  return testGroups.map((group) => ({
    comment: group.comment,
    published: keysOf(group.public ?? group.private),
    private: keysOf(group.private),
    tests: group.tests,
  }));
}

/** What the signature layer must make of a vector when only asymmetric algorithms are allowed. */
export function expectedVerdict(file: string, tcId: number): Verdict {
  const found = expected.files[file]?.[String(tcId)]?.level_a;
  if (found === undefined) throw new Error(`nothing is expected of ${file} ${tcId}`);
  return found;
}

const expected = JSON.parse(vectorText('wycheproof/expected-for-server.json')) as {
  readonly files: Readonly<Record<string, Readonly<Record<string, { readonly level_a: Verdict }>>>>;
};

function keysOf(key: KeyOrSet): readonly JWK[] {
  return 'keys' in key && Array.isArray(key.keys) ? (key.keys as readonly JWK[]) : [key as JWK];
}

/** Signs with a key no library would sign with: of one secret exponent, off its curve, or of another type than it says. */
export function signAnyhow(claims: object, jwk: JWK): string {
  const alg = jwk.k !== undefined ? 'HS256' : jwk.x !== undefined ? 'ES256' : 'RS256';
  const input = [{ alg, kid: jwk.kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${signatureOf(input, jwk).toString('base64url')}`;
}

function signatureOf(input: string, jwk: JWK): Buffer {
  const bytes = Buffer.from(input);
  if (jwk.k !== undefined) return createHmac('sha256', Buffer.from(jwk.k, 'base64url')).update(bytes).digest();
  if (jwk.x !== undefined) return sign('sha256', bytes, { key: onItsCurve(jwk), dsaEncoding: 'ieee-p1363' });
  if (jwk.d === jwk.e) return paddedDigest(bytes, Buffer.from(jwk.n ?? '', 'base64url').length);
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return sign('sha256', bytes, { key, padding: constants.RSA_PKCS1_PADDING });
}

/** The private key with the public half that belongs to it. */
function onItsCurve({ d = '' }: JWK): ReturnType<typeof createPrivateKey> {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(Buffer.from(d, 'base64url'));
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' });
}

/** With an exponent of one the padded digest is its own signature (RFC 8017 section 9.2). */
function paddedDigest(bytes: Buffer, length: number): Buffer {
  const info = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const digest = Buffer.concat([info, createHash('sha256').update(bytes).digest()]);
  const padding = Buffer.alloc(length - digest.length - 3, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), digest]);
}
