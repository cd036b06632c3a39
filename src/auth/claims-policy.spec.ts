import { describe, expect, it } from 'vitest';
import type { IssuerSettings } from '../config/issuer-settings.js';
import { refuseClaims } from './claims-policy.js';
import { oidc } from './issuers/oidc.js';

const NOW = 1_800_000_000;
const TOLERANCE = 30;
const SETTINGS: IssuerSettings = {
  name: 'idp',
  issuer: 'https://idp.test',
  profile: 'oidc',
  audiences: ['https://mcp.test/mcp'],
  allowedClients: [],
  acceptedTokens: ['access'],
  requireAtJwt: false,
  claimNames: {},
};
const GOOD = { iss: 'https://idp.test', aud: 'https://mcp.test/mcp', sub: 'u1', iat: NOW, exp: NOW + 600 };

function judge(
  claims: Record<string, unknown>,
  { settings = {}, typ }: { settings?: Partial<IssuerSettings>; typ?: 'jwt' | 'at+jwt' } = {},
): string {
  const token = { header: { alg: 'RS256', kid: 'k1', typ } as const, claims: { ...GOOD, ...claims } };
  const trust = { settings: { ...SETTINGS, ...settings }, profile: oidc };
  return refuseClaims(token, trust, NOW)?.reason ?? 'accepted';
}

describe('refuseClaims', () => {
  it('accepts a perfect claims set', () => {
    expect(judge({})).toBe('accepted');
  });

  it('wants the issuer to the letter [CLM-11]', () => {
    expect(judge({ iss: 'https://idp.test/' })).toBe('iss_mismatch');
    expect(judge({}, { settings: { issuer: 'https://idp.test/' } })).toBe('iss_mismatch');
  });

  it('wants one audience to be ours, to the letter [CLM-07] [CLM-08] [CLM-10]', () => {
    const ours = 'https://mcp.test/mcp';
    expect(judge({ aud: ['https://other.test', ours] })).toBe('accepted');
    const others = [`${ours}/`, `${ours}.evil`, `${ours}#x`, 'https://MCP.TEST/mcp', 'https://mcp.test', `x ${ours} x`];
    for (const aud of ['https://other.test', ...others, undefined, [], '', { 0: ours }, [[ours]], [ours, 1]]) {
      expect(judge({ aud })).toBe('aud_mismatch');
    }
  });

  it('wants an expiry and ends it after the tolerance [CLM-01] [CLM-02]', () => {
    for (const exp of [undefined, null, 'never', Number.NaN, String(NOW + 600)]) {
      expect(judge({ exp })).toBe('claim_invalid');
    }
    const iat = NOW - 600;
    expect(judge({ iat, exp: NOW - TOLERANCE - 1 })).toBe('expired');
    expect(judge({ iat, exp: NOW - TOLERANCE })).toBe('expired');
    expect(judge({ iat, exp: NOW - TOLERANCE + 5 })).toBe('accepted');
  });

  it('does not begin before nbf, within the tolerance [CLM-04]', () => {
    expect(judge({ nbf: NOW + TOLERANCE + 5 })).toBe('not_yet_valid');
    expect(judge({ nbf: NOW + TOLERANCE - 5 })).toBe('accepted');
    expect(judge({ nbf: 'soon' })).toBe('claim_invalid');
  });

  it('wants a time of issue that is a number and not in the future [CLM-05]', () => {
    for (const iat of [NOW + 86_400, 'yesterday', undefined, NOW + TOLERANCE + 1]) {
      expect(judge({ iat, exp: NOW + 87_000 })).toBe('claim_invalid');
    }
    expect(judge({ iat: NOW + TOLERANCE - 1 })).toBe('accepted');
  });

  it('wants no token to live longer than a day', () => {
    expect(judge({ exp: NOW + 86_400 })).toBe('accepted');
    expect(judge({ exp: NOW + 86_401 })).toBe('claim_invalid');
  });

  it('wants a subject of 1 to 255 printable characters [CLM-17]', () => {
    for (const sub of [undefined, '', 'x'.repeat(256), 'a\nb', 'a\u0000', 'ä', 1, ['u1']]) {
      expect(judge({ sub })).toBe('claim_invalid');
    }
    expect(judge({ sub: 'x'.repeat(255) })).toBe('accepted');
  });

  it('lets only the configured clients in, by azp, client_id or cid [A4] [CLM-13]', () => {
    const settings = { allowedClients: ['app1'] };
    for (const name of ['azp', 'client_id', 'cid']) {
      expect(judge({ [name]: 'app1' }, { settings })).toBe('accepted');
      expect(judge({ [name]: 'evil-app' }, { settings })).toBe('client_not_allowed');
    }
    expect(judge({}, { settings })).toBe('client_not_allowed');
    expect(judge({ azp: 'anything' })).toBe('accepted');
  });

  it('refuses ID tokens unless they are accepted, by whatever marks them [A4] [JWT-26]', () => {
    expect(judge({ aud: 'client-id', nonce: 'n', at_hash: 'h' })).toBe('aud_mismatch');
    for (const mark of [{ nonce: 'n' }, { at_hash: 'h' }, { c_hash: 'h' }, { token_use: 'id' }, { typ: 'ID' }]) {
      expect(judge(mark)).toBe('typ_mismatch');
      expect(judge(mark, { settings: { acceptedTokens: ['access', 'id'] } })).toBe('accepted');
      expect(judge(mark, { typ: 'at+jwt' })).toBe('accepted');
    }
  });

  it('refuses logout tokens even where ID tokens are accepted', () => {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    expect(judge({ events }, { settings: { acceptedTokens: ['access', 'id'] } })).toBe('typ_mismatch');
  });

  it('calls a token expired only when nothing else is wrong with it', () => {
    const past = { iat: NOW - 1000, exp: NOW - 500 };
    expect(judge({ ...past, aud: 'https://other.test' })).toBe('aud_mismatch');
    expect(judge({ ...past, sub: '' })).toBe('claim_invalid');
    expect(judge(past)).toBe('expired');
  });
});
