import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput, ServiceError } from '../errors.js';
import { awsTarget, type TargetRules } from './aws-target.js';

const rules: TargetRules = {
  authEnabled: true,
  region: 'us-east-1',
  allowedRegions: ['ap-south-1', 'eu-central-1', 'eu-west-1', 'us-east-1', 'us-west-2'],
};

function failure(run: () => unknown): ServiceError {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return error;
  }
  throw new Error('nothing was refused');
}

describe('awsTarget', () => {
  it('takes the default region when the call names none [C4]', () => {
    expect(awsTarget({}, rules)).toEqual({ region: 'us-east-1' });
    expect(awsTarget({ region: null, profile_name: null }, rules)).toEqual({ region: 'us-east-1' });
  });

  it('takes an allowed region [C4]', () => {
    expect(awsTarget({ region: 'eu-west-1' }, rules).region).toBe('eu-west-1');
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
    const refusal = failure(() => awsTarget({ region }, rules));
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
          fc.pre(!rules.allowedRegions.includes(region));
          expect(failure(() => awsTarget({ region }, rules)).code).toBe('target_not_allowed');
        },
      ),
    );
  });

  it('refuses a profile while authentication is on, naming the argument', () => {
    const refusal = failure(() => awsTarget({ profile_name: 'default' }, { ...rules, profile: 'dev' }));
    expect(refusal).toBeInstanceOf(InvalidInput);
    expect(refusal.message).toMatch(/^profile_name: /);
  });

  it('selects a local profile while authentication is off [B5]', () => {
    const local = { ...rules, authEnabled: false, profile: 'dev' };
    expect(awsTarget({}, local).profile).toBe('dev');
    expect(awsTarget({ profile_name: 'other.profile' }, local).profile).toBe('other.profile');
    expect(failure(() => awsTarget({ profile_name: 'a\nb' }, local)).message).toMatch(/^profile_name: /);
  });
});
