import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CarriedCredentials, type Principal } from '../../principal.js';
import { ClaimCredentialsExchange } from './claim-credentials.exchange.js';
import { TokenRefused } from './token-refused.js';

const NOW = 1_800_000_000;
const KEYS = { accessKeyId: 'ASIAEXAMPLEEXAMPLE01', secretAccessKey: 'carried-secret', sessionToken: 'carried-token' };
const carried = new CarriedCredentials(KEYS);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function exchange(claims: Record<string, unknown>) {
  const person = { issuer: 'i', subject: 's', displayName: 'd', scopes: [], groups: [] };
  const principal: Principal = { ...person, method: 'jwt', claims };
  return new ClaimCredentialsExchange().exchange({ kind: 'claim-credentials', carried }, principal);
}

describe('ClaimCredentialsExchange', () => {
  it('gives the keys of the token until the token ends [B4]', async () => {
    const { credentials } = await exchange({ iat: NOW - 60, exp: NOW + 600 });
    expect(credentials.reveal()).toEqual({ ...KEYS, expiration: new Date((NOW + 600) * 1000) });
  });

  it('gives them for an hour after the token was issued, however long that lives [B4]', async () => {
    const { credentials } = await exchange({ iat: NOW - 60, exp: NOW + 80_000 });
    expect(credentials.expiration).toEqual(new Date((NOW + 3_540) * 1000));
  });

  it.each([
    ['the hour is over', { iat: NOW - 3_600, exp: NOW + 600 }],
    ['the token has ended', { iat: NOW - 60, exp: NOW }],
    ['the token has no times', {}],
  ])('gives nothing when %s, and says to sign in again [B4] [B9]', async (_when, claims) => {
    const error: unknown = await exchange(claims).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenRefused);
    expect((error as TokenRefused).message).toContain('sign in again');
  });

  it('shows the keys nowhere [B4] [ISO-12]', async () => {
    const shown = [inspect(carried), String(carried), JSON.stringify({ carried }), inspect({ carried }, { depth: 9 })];
    for (const text of shown) {
      expect(text).toContain('[redacted]');
      expect(text).not.toMatch(/carried-|ASIA/);
    }
  });
});
