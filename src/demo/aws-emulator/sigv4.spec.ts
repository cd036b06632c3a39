import { type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readSignature, signatureProblem } from './sigv4.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const SIGNED_AT = Date.UTC(2015, 7, 30, 12, 36, 0);

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly service: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: string;
  /** Default: the day of signing. */
  readonly day?: string;
  /** Default: none. */
  readonly body?: string;
}

/** The worked example of the AWS documentation and requests of AWS's signature version 4 test suite. */
const LIST_USERS: Vector = {
  name: 'the ListUsers example of the AWS documentation',
  method: 'GET',
  target: '/?Action=ListUsers&Version=2010-05-08',
  service: 'iam',
  headers: { host: 'iam.amazonaws.com', 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
};

const VANILLA: Vector = {
  name: 'get-vanilla',
  method: 'GET',
  target: '/',
  service: 'service',
  headers: { host: 'example.amazonaws.com' },
  signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
};

const VECTORS: readonly Vector[] = [
  LIST_USERS,
  VANILLA,
  {
    name: 'get-vanilla-query-order-key-case',
    method: 'GET',
    target: '/?Param2=value2&Param1=value1',
    service: 'service',
    headers: { host: 'example.amazonaws.com' },
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'post-vanilla',
    method: 'POST',
    target: '/',
    service: 'service',
    headers: { host: 'example.amazonaws.com' },
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
];

describe('signatureProblem', () => {
  it.each(VECTORS)('finds none with $name', (vector) => {
    expect(problemOf(vector)).toBeUndefined();
  });

  it.each([
    ['method', { method: 'DELETE' }],
    ['path', { target: '/other?Action=ListUsers&Version=2010-05-08' }],
    ['query', { target: '/?Action=ListRoles&Version=2010-05-08' }],
    ['body', { body: 'x' }],
    ['header', { headers: { ...LIST_USERS.headers, host: 'iam.example.com' } }],
  ])('finds another %s than the signed one', (_part, change) => {
    expect(problemOf({ ...LIST_USERS, ...change })).toContain('does not match');
  });

  it('finds a clock more than five minutes off, in either direction', () => {
    expect(problemOf(VANILLA, SIGNED_AT + 299_000)).toBeUndefined();
    expect(problemOf(VANILLA, SIGNED_AT + 301_000)).toContain('expired');
    expect(problemOf(VANILLA, SIGNED_AT - 301_000)).toContain('not yet current');
  });

  it('finds a day in the scope that is not the day of signing', () => {
    expect(problemOf({ ...VANILLA, day: '20150829' })).toContain('Date in Credential scope');
  });
});

describe('readSignature', () => {
  it.each(['', 'Bearer abc', 'AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/iam/aws4_request'])(
    'reads nothing from the Authorization %j',
    (authorization) => {
      expect(readSignature({ authorization, 'x-amz-date': '20150830T123600Z' })).toBeUndefined();
    },
  );

  it('reads nothing without X-Amz-Date', () => {
    const headers = signedHeaders(VANILLA);
    expect(readSignature({ ...headers, 'x-amz-date': undefined })).toBeUndefined();
  });
});

function problemOf(vector: Vector, now = SIGNED_AT): string | undefined {
  const { method, target, service, body = '' } = vector;
  const headers = signedHeaders(vector);
  const claim = readSignature(headers);
  if (claim === undefined) throw new Error('The signature was not readable');
  return signatureProblem({ method, target, headers, body: Buffer.from(body) }, claim, SECRET, service, now);
}

function signedHeaders(vector: Vector): IncomingHttpHeaders {
  const headers: Record<string, string> = { ...vector.headers, 'x-amz-date': '20150830T123600Z' };
  const scope = `${vector.day ?? '20150830'}/us-east-1/${vector.service}/aws4_request`;
  const names = Object.keys(headers).toSorted().join(';');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names}, Signature=${vector.signature}`,
  };
}
