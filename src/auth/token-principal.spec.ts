import { describe, expect, it } from 'vitest';
import { oidc } from './issuers/oidc.js';
import { principalOfToken } from './token-principal.js';

const CLAIMS = { iss: 'https://idp.test', sub: 'u1', exp: 1_800_000_000 };

describe('principalOfToken', () => {
  it('names the caller by issuer and subject and keeps the token hidden', () => {
    const principal = principalOfToken(CLAIMS, oidc, 'a.b.c');
    expect(principal).toMatchObject({
      issuer: 'https://idp.test',
      subject: 'u1',
      method: 'jwt',
      expiresAt: 1_800_000_000,
    });
    expect(JSON.stringify(principal)).not.toContain('a.b.c');
    expect(principal.token?.reveal()).toBe('a.b.c');
  });

  it('shows an email only when the issuer verified it [CLM-21]', () => {
    const email = 'ann@corp.test';
    for (const email_verified of [false, 'true', undefined, 1]) {
      const principal = principalOfToken({ ...CLAIMS, email, email_verified }, oidc, 't');
      expect(principal.email).toBeUndefined();
      expect(principal.displayName).toBe('u1');
    }
    const verified = principalOfToken({ ...CLAIMS, email, email_verified: true }, oidc, 't');
    expect(verified).toMatchObject({ email, displayName: 'ann', subject: 'u1' });
  });

  it('prefers the readable names in order and passes over unreadable ones', () => {
    const nameOf = (claims: object): string => principalOfToken({ ...CLAIMS, ...claims }, oidc, 't').displayName;
    expect(nameOf({ preferred_username: 'ann', name: 'Ann A.' })).toBe('ann');
    expect(nameOf({ name: 'Ann Å.' })).toBe('Ann Å.');
    for (const name of ['', '  ', 7, 'x'.repeat(129), 'a\nb', 'a\u202Eb', 'a\u001b[31m'])
      expect(nameOf({ name })).toBe('u1');
  });

  it('reads scopes from scope and scp, client and groups where the issuer puts them', () => {
    const read = (claims: object): object => principalOfToken({ ...CLAIMS, ...claims }, oidc, 't');
    expect(read({ scope: 'cw:read  cw:query' })).toMatchObject({ scopes: ['cw:read', 'cw:query'] });
    expect(read({ scp: ['cw:read', 7] })).toMatchObject({ scopes: ['cw:read'] });
    expect(read({ scp: 'cw:read', scope: 'cw:read openid' })).toMatchObject({ scopes: ['cw:read', 'openid'] });
    expect(read({ client_id: 'a', groups: ['g1', 'g2'] })).toMatchObject({ clientId: 'a', groups: ['g1', 'g2'] });
    expect(read({ azp: 'b', client_id: 'a', groups: ['g1', 7] })).toMatchObject({ clientId: 'b', groups: [] });
    expect(read({ scope: 7, groups: 'g1' })).toMatchObject({ scopes: [], groups: [], clientId: undefined });
  });
});
