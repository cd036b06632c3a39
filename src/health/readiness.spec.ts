import { describe, expect, it } from 'vitest';
import { readiness } from './readiness.js';

const NOBODY = { draining: false, authEnabled: true, apiKeys: 0, issuers: [], redis: 'off' } as const;
const DOWN = { usable: false, degraded: true };
const UP = { usable: true, degraded: false };

describe('readiness', () => {
  it.each([
    ['one usable issuer among failing ones', { ...NOBODY, issuers: [DOWN, UP] }, 'ready'],
    ['a usable issuer on stale keys', { ...NOBODY, issuers: [{ usable: true, degraded: true }] }, 'ready'],
    ['API keys while every issuer fails', { ...NOBODY, apiKeys: 1, issuers: [DOWN] }, 'ready'],
    ['authentication off', { ...NOBODY, authEnabled: false }, 'ready'],
    ['no usable issuer', { ...NOBODY, issuers: [DOWN] }, 'no_usable_issuer'],
    ['shutting down', { ...NOBODY, apiKeys: 1, draining: true }, 'draining'],
  ])('with %s is as expected [D8]', (_, facts, status) => {
    expect(readiness(facts).status).toBe(status);
  });

  it.each([
    ['issuers', { issuers: [DOWN, UP] }],
    ['redis', { issuers: [UP], redis: 'degraded' as const }],
  ])('stays ready with failing %s, and says so [D8]', (what, facts) => {
    expect(readiness({ ...NOBODY, ...facts })).toMatchObject({ status: 'ready', degraded: [what] });
  });

  it('calls nothing degraded that is well or not configured', () => {
    for (const redis of ['off', 'ok'] as const) {
      expect(readiness({ ...NOBODY, issuers: [UP], redis })).toMatchObject({ degraded: [], redis });
    }
  });

  it('shows issuers as counts only', () => {
    const { issuers } = readiness({ ...NOBODY, issuers: [DOWN, UP, UP] });
    expect(issuers).toEqual({ configured: 3, usable: 2, degraded: 1 });
  });
});
