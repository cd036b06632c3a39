import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CarriedCredentials, type Principal } from '../principal.js';
import { carrying, credentialsCarriedBy, withoutCredentials } from './claim-credentials.js';

const WHOLE = {
  aws_access_key_id: 'ASIAEXAMPLEEXAMPLE01',
  aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  aws_session_token: 'IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJ=',
};
const NAMES = Object.keys(WHOLE);
const principal: Principal = {
  issuer: 'i',
  subject: 's',
  method: 'jwt',
  displayName: 'd',
  scopes: [],
  groups: [],
  claims: {},
};

describe('credentialsCarriedBy', () => {
  it('reads a whole set of temporary keys [B4]', () => {
    const carried = credentialsCarriedBy({ sub: 'alice', ...WHOLE });
    expect(carried instanceof CarriedCredentials && carried.reveal()).toEqual({
      accessKeyId: WHOLE.aws_access_key_id,
      secretAccessKey: WHOLE.aws_secret_access_key,
      sessionToken: WHOLE.aws_session_token,
    });
  });

  it('finds nothing in a token without them', () => {
    expect(credentialsCarriedBy({ sub: 'alice' })).toBeUndefined();
  });

  it.each(NAMES)('refuses a set without %s [B4]', (name) => {
    for (const value of [undefined, null, '', 42, ['x'], 'with space in it 0123456789']) {
      expect(credentialsCarriedBy({ ...WHOLE, [name]: value })).toMatchObject({ reason: 'claim_invalid' });
    }
  });

  it.each(['AKIAEXAMPLEEXAMPLE01', 'asiaexampleexample01', 'ASIA', 'AROAEXAMPLEEXAMPLE01'])(
    'refuses %s, which is no temporary key [B4]',
    (key) => {
      expect(credentialsCarriedBy({ ...WHOLE, aws_access_key_id: key })).toMatchObject({ reason: 'claim_invalid' });
    },
  );

  it('never repeats a value in what it refuses with [B4] [ISO-12]', () => {
    const value = fc.oneof(fc.string({ minLength: 8 }), fc.integer({ min: 10_000_000 }), fc.constant(undefined));
    fc.assert(
      fc.property(
        fc.record({ aws_access_key_id: value, aws_secret_access_key: value, aws_session_token: value }),
        (set) => {
          const outcome = credentialsCarriedBy(set);
          if (outcome === undefined || !('reason' in outcome)) return;
          for (const part of Object.values(set))
            if (part !== undefined) expect(outcome.detail).not.toContain(String(part));
        },
      ),
    );
  });
});

describe('withoutCredentials', () => {
  it('takes the keys out of the claims, whole or in part, and nothing else [B4] [ISO-12]', () => {
    expect(withoutCredentials({ sub: 'alice', aws_region: 'x', ...WHOLE })).toEqual({ sub: 'alice', aws_region: 'x' });
    expect(withoutCredentials({ sub: 'alice', aws_session_token: 't' })).toEqual({ sub: 'alice' });
  });

  it('leaves claims without keys as they are', () => {
    const claims = { sub: 'alice' };
    expect(withoutCredentials(claims)).toBe(claims);
  });
});

describe('carrying', () => {
  it('gives the principal the keys only where tokens may carry any [B4]', () => {
    expect(carrying(principal, WHOLE, true).carried).toBeInstanceOf(CarriedCredentials);
    expect(carrying(principal, WHOLE, false)).toBe(principal);
    expect(carrying(principal, WHOLE)).toBe(principal);
    expect(carrying(principal, {}, true)).toBe(principal);
    expect(carrying(principal, { ...WHOLE, aws_session_token: '' }, true)).toBe(principal);
  });
});
