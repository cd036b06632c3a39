import { createHmac, randomBytes } from 'node:crypto';
import type { OidcIssuer } from '../oidc-issuer/oidc-issuer.js';
import { tokenOfUnknownKey } from './callers.js';

/** Headers of a request that must not get in, under the name of what is wrong with them. */
export interface BadCredential {
  readonly kind: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Twelve kinds of credentials as attackers and broken clients present them, each of several makings. */
export async function badCredentials(issuer: OidcIssuer, resource: string): Promise<readonly BadCredential[]> {
  const mint = (options: Parameters<OidcIssuer['mintToken']>[1] = {}, claims: object = {}): Promise<string> =>
    issuer.mintToken({ sub: 'mallory', ...claims }, options);
  const good = await mint();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bearer = (kind: string, token: string): BadCredential => ({
    kind,
    headers: { authorization: `Bearer ${token}` },
  });
  const signedWithTheirKey = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${payload}`;
  return [
    { kind: 'another scheme', headers: { authorization: `Basic ${randomBytes(24).toString('base64')}` } },
    { kind: 'no credential', headers: { authorization: 'Bearer ' } },
    { kind: 'two of them', headers: { authorization: [`Bearer ${good}`, `Bearer ${good}`] } },
    bearer(
      'a made-up API key',
      `cwmcp_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}_abcdef`,
    ),
    bearer('random text', randomBytes(40).toString('base64url')),
    bearer('an expired token', await mint({ expiresInSeconds: -3_600 })),
    bearer('a forged signature', `${header}.${payload}.${Buffer.alloc(256, 7).toString('base64url')}`),
    bearer('claims of another', `${header}.${encode({ sub: 'alice', aud: resource })}.${signature}`),
    bearer('no algorithm', `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`),
    bearer(
      'a MAC with the public key',
      `${signedWithTheirKey}.${createHmac('sha256', header).update(signedWithTheirKey).digest('base64url')}`,
    ),
    bearer('a token for another API', await mint({ audience: 'https://other.example/mcp' })),
    bearer('an unknown key', tokenOfUnknownKey(issuer.issuer, 1)),
  ];
}
