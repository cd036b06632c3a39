import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput, ServiceError } from '../errors.js';
import type { AccountAccess, CallerAccess } from './access.js';
import { awsTarget } from './aws-target.js';

const SHOP: AccountAccess = {
  alias: 'shop',
  plan: { kind: 'assume-role', roleArn: 'arn:aws:iam::111111111111:role/R' },
  defaultRegion: 'us-east-1',
  regions: ['ap-south-1', 'eu-central-1', 'eu-west-1', 'us-east-1', 'us-west-2'],
  linkedAccounts: [],
};
const LOGISTICS: AccountAccess = { ...SHOP, alias: 'logistics', defaultRegion: 'eu-west-1', regions: ['eu-west-1'] };
const access: CallerAccess = [SHOP, LOGISTICS];
const local: CallerAccess = [{ ...SHOP, alias: 'dev', plan: { kind: 'local-profile', profile: 'dev' } }];

function failure(run: () => unknown): ServiceError {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return error;
  }
  throw new Error('nothing was refused');
}

describe('awsTarget', () => {
  it("takes the caller's default account and its region when the call names none [C4]", () => {
    expect(awsTarget({}, access)).toEqual({ account: SHOP, region: 'us-east-1' });
    expect(awsTarget({ region: null, account: null, profile_name: null }, access).account).toBe(SHOP);
  });

  it('takes an allowed region [C4]', () => {
    expect(awsTarget({ region: 'eu-west-1' }, access).region).toBe('eu-west-1');
  });

  it.each([
    'us-east-1.evil.com#',
    'us-east-1@evil.com',
    '169.254.169.254',
    'localhost:4566',
    '../..',
    'us-east-1\n',
    'us-east-1%23',
    '',
    'US-EAST-1',
    ' us-east-1',
  ])('refuses the region %j, naming the field and the fix [ARG-01]', (region) => {
    const refusal = failure(() => awsTarget({ region }, access));
    expect(refusal.code).toBe('target_not_allowed');
    expect(refusal.message).toMatch(/^region: .*us-east-1, ap-south-1, eu-central-1 and others/);
    expect(refusal.message).not.toContain('us-west-2');
  });

  it('lets nothing through but exact members of the list [ARG-01]', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => `us-east-1${tail}`),
        ),
        (region) => {
          fc.pre(!SHOP.regions.includes(region));
          expect(failure(() => awsTarget({ region }, access)).code).toBe('target_not_allowed');
        },
      ),
    );
  });

  it('picks an account by its alias, by the older name of the argument too [B8]', () => {
    for (const input of [
      { account: 'logistics' },
      { profile_name: 'logistics' },
      { account: 'logistics', profile_name: 'logistics' },
    ])
      expect(awsTarget(input, access)).toEqual({ account: LOGISTICS, region: 'eu-west-1' });
  });

  it("holds a call to the account's own regions [B8]", () => {
    const refusal = failure(() => awsTarget({ account: 'logistics', region: 'us-east-1' }, access));
    expect([refusal.code, refusal.denied]).toEqual(['target_not_allowed', undefined]);
    expect(refusal.message).toMatch(/^region: .*It offers eu-west-1; leave region out for eu-west-1/);
  });

  it.each(['account', 'profile_name'])(
    'refuses an account in %s that is not of the caller, as if it did not exist',
    (field) => {
      const texts = ['billing', 'nowhere', 'SHOP', 'shop ', '', '111111111111', '__proto__', 'default'].map((name) => {
        const refusal = failure(() => awsTarget({ [field]: name }, access));
        expect([refusal.code, refusal.denied]).toEqual(['target_not_allowed', 'account']);
        return refusal.message;
      });
      expect(new Set(texts).size).toBe(1);
      expect(texts[0]).toMatch(new RegExp(`^${field}: .*list_accounts.*leave ${field} out for shop`));
      expect(texts[0]).not.toContain('logistics');
    },
  );

  it('refuses two names that disagree', () => {
    const refusal = failure(() => awsTarget({ account: 'shop', profile_name: 'logistics' }, access));
    expect(refusal).toBeInstanceOf(InvalidInput);
    expect(refusal.message).toMatch(/^profile_name: .*account/);
  });

  it('selects a local profile while authentication is off [B5]', () => {
    const profileOf = (input: object): unknown => awsTarget(input, local).account.plan;
    expect(profileOf({})).toEqual({ kind: 'local-profile', profile: 'dev' });
    expect(profileOf({ profile_name: 'other.profile' })).toEqual({ kind: 'local-profile', profile: 'other.profile' });
    expect(profileOf({ account: 'other' })).toEqual({ kind: 'local-profile', profile: 'other' });
    expect(failure(() => awsTarget({ profile_name: 'a\nb' }, local)).message).toMatch(/^profile_name: /);
  });
});
