import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';

/** An HTTP request as it arrived; the body before any decompression, since that is what was signed. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a request says of its own signature (`Authorization: AWS4-HMAC-SHA256 ...`). */
export interface SignatureClaim {
  readonly accessKeyId: string;
  /** `yyyymmdd`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ`. */
  readonly time: string;
  readonly sessionToken?: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** The signature a request claims to carry; undefined when its parts are missing or malformed. */
export function readSignature(headers: IncomingHttpHeaders): SignatureClaim | undefined {
  const parts = AUTHORIZATION.exec(headers.authorization ?? '');
  const time = single(headers['x-amz-date']);
  if (parts === null || time === undefined || !/^\d{8}T\d{6}Z$/.test(time)) return undefined;
  const [, accessKeyId = '', day = '', region = '', service = '', signedHeaders = '', signature = ''] = parts;
  const sessionToken = single(headers['x-amz-security-token']);
  return { accessKeyId, day, region, service, signedHeaders: signedHeaders.split(';'), signature, time, sessionToken };
}

/** Allowed difference between the signer's clock and ours, as at AWS. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Checks a Signature Version 4 over method, path, query, signed headers and body, written from the specification and
 * not with the SDK's signer, so that the two check each other.
 * @returns why the signature does not hold, or undefined when it does
 */
export function signatureProblem(
  request: ReceivedRequest,
  claim: SignatureClaim,
  secretAccessKey: string,
  service: string,
  now: number,
): string | undefined {
  if (claim.service !== service) return `Credential should be scoped to correct service: '${service}'.`;
  if (!claim.time.startsWith(claim.day))
    return 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version.';
  const skew = now - signingTime(claim.time);
  if (Number.isNaN(skew) || Math.abs(skew) > CLOCK_SKEW_MS) {
    return `Signature ${skew > 0 ? 'expired' : 'not yet current'}: ${claim.time} is more than 5 minutes away from now.`;
  }
  const unsigned = unsignedHeader(request.headers, claim.signedHeaders);
  if (unsigned !== undefined) return `The header ${unsigned} was present in the request and not signed.`;
  const bodyHash = hash('sha256', request.body);
  const declaredHash = single(request.headers['x-amz-content-sha256']);
  if (declaredHash !== undefined && declaredHash !== bodyHash) {
    return 'The body does not match the hash in x-amz-content-sha256.';
  }
  const expected = expectedSignature(canonicalRequest(request, claim.signedHeaders, bodyHash), claim, secretAccessKey);
  if (timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature))) return undefined;
  return 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';
}

function expectedSignature(canonical: string, claim: SignatureClaim, secretAccessKey: string): string {
  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  const canonicalHash = hash('sha256', canonical);
  return createHmac('sha256', signingKey(secretAccessKey, claim))
    .update(`AWS4-HMAC-SHA256\n${claim.time}\n${scope}\n${canonicalHash}`)
    .digest('hex');
}

const MOST_SIGNING_KEYS = 10_000;
const signingKeys = new Map<string, KeyObject>();

/** Deriving the key costs four HMACs, more than the rest of the check, and stays the same for a day. */
function signingKey(secretAccessKey: string, { day, region, service }: SignatureClaim): KeyObject {
  const cacheKey = `${secretAccessKey}/${day}/${region}/${service}`;
  const known = signingKeys.get(cacheKey);
  if (known !== undefined) return known;
  let key = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [day, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
  const derived = createSecretKey(key);
  if (signingKeys.size >= MOST_SIGNING_KEYS) signingKeys.clear();
  signingKeys.set(cacheKey, derived);
  return derived;
}

function canonicalRequest(request: ReceivedRequest, signedHeaders: readonly string[], bodyHash: string): string {
  const queryAt = request.target.indexOf('?');
  const path = queryAt < 0 ? request.target : request.target.slice(0, queryAt);
  const query = queryAt < 0 ? '' : request.target.slice(queryAt + 1);
  const headers = signedHeaders.map((name) => `${name}:${headerValue(request.headers[name])}\n`).join('');
  return [request.method, canonicalPath(path), canonicalQuery(query), headers, signedHeaders.join(';'), bodyHash].join(
    '\n',
  );
}

/** Dot segments resolved, then encoded once more than it was sent (every service but S3). */
function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/';
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(percentEncode(segment));
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return [percentEncode(percentDecode(name)), percentEncode(percentDecode(value))] as const;
  });
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986: everything but unreserved characters. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `host` and every `x-amz-*` header must be under the signature. */
function unsignedHeader(headers: IncomingHttpHeaders, signedHeaders: readonly string[]): string | undefined {
  if (!signedHeaders.includes('host')) return 'host';
  return Object.keys(headers).find((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
}

function headerValue(value: string | readonly string[] | undefined): string {
  const text = typeof value === 'string' ? value : (value ?? []).join(',');
  return text.trim().replace(/ +/g, ' ');
}

function signingTime(time: string): number {
  const part = (from: number, to: number): number => Number(time.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(9, 11), part(11, 13), part(13, 15));
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
