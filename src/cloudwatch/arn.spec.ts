import { describe, expect, it } from 'vitest';
import { checkAccounts, parseArn, regionOfArns } from './arn.js';

const OWN = { account: '111111111111', linkedAccounts: ['333333333333'] };
const arn = (region: string, account = '111111111111') => ({
  service: 'logs',
  region,
  account,
  resource: 'log-group:/shop',
});

describe('parseArn', () => {
  it('takes an ARN apart', () => {
    expect(parseArn('arn:aws-cn:logs:cn-north-1:111111111111:log-group:/a:b')).toEqual({
      service: 'logs',
      region: 'cn-north-1',
      account: '111111111111',
      resource: 'log-group:/a:b',
    });
  });

  it.each(['/aws/lambda/f', 'arn:aws:logs', 'arn:aws:logs:us-east-1:123:x', 'arn:aws:logs:us-east-1:111111111111:'])(
    'takes %s for no ARN',
    (text) => {
      expect(parseArn(text)).toBeUndefined();
    },
  );
});

describe('regionOfArns', () => {
  it('goes where the resources are', () => {
    expect(regionOfArns('f', [arn('eu-west-1')], null)).toBe('eu-west-1');
    expect(regionOfArns('f', [arn('eu-west-1')], 'eu-west-1')).toBe('eu-west-1');
  });

  it('leaves the choice to the call, then to the server, when there is no ARN', () => {
    expect(regionOfArns('f', [], 'eu-west-1')).toBe('eu-west-1');
    expect(regionOfArns('f', [], null)).toBeUndefined();
  });

  it('refuses a region that disagrees', () => {
    expect(() => regionOfArns('f', [arn('eu-west-1')], 'us-east-1')).toThrow(/^region: .*f, which lies in eu-west-1/);
  });

  it('refuses resources in several regions', () => {
    expect(() => regionOfArns('f', [arn('eu-west-1'), arn('us-east-1')], null)).toThrow(/^f: .*several Regions/);
  });
});

describe('checkAccounts', () => {
  it('lets the own account pass, and those linked to it', () => {
    expect(() => checkAccounts('f', ['111111111111', '333333333333'], OWN)).not.toThrow();
  });

  it('refuses another account, counted as such [ARG-07]', () => {
    expect(() => checkAccounts('f', ['111111111111', '222222222222'], OWN)).toThrow(
      expect.objectContaining({
        code: 'target_not_allowed',
        denied: 'account',
        message: expect.stringMatching(/^f: (?!.*333333333333)/),
      }),
    );
  });

  it('leaves the decision to AWS where the account is not known', () => {
    expect(() => checkAccounts('f', ['222222222222'], { ...OWN, account: 'local' })).not.toThrow();
  });
});
