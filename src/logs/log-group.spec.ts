import { describe, expect, it } from 'vitest';
import {
  logGroupArn,
  logGroupArns,
  logGroupIdentifier,
  logGroupName,
  nameOfLogGroup,
  withoutWildcard,
} from './log-group.js';

const ARN = 'arn:aws:logs:eu-west-1:111111111111:log-group:/shop/web';

describe('logGroupName', () => {
  it.each(['a`b', 'a"b', 'a|b', 'a\nb', 'a\n', 'a b', 'é', 'a'.repeat(513), '', ARN])(
    'refuses %.20j [ARG-03]',
    (name) => {
      expect(logGroupName.safeParse(name).success).toBe(false);
    },
  );

  it.each(['/aws/lambda/pay-me_2', 'a'.repeat(512), '#.-_/'])('takes %.20s', (name) => {
    expect(logGroupName.parse(name)).toBe(name);
  });
});

describe('logGroupIdentifier', () => {
  it.each(['/shop/web', ARN, `${ARN}:*`, ARN.replace('arn:aws:', 'arn:aws-us-gov:')])('takes %s', (identifier) => {
    expect(logGroupIdentifier.parse(identifier)).toBe(identifier);
  });

  it.each([`${ARN}:**`, ARN.replace('111111111111', '1'), ARN.replace(':logs:', ':s3:'), `${ARN}"`])(
    'refuses %s [ARG-03]',
    (identifier) => {
      expect(logGroupIdentifier.safeParse(identifier).success).toBe(false);
    },
  );
});

describe('logGroupArn', () => {
  it('refuses a name', () => {
    expect(logGroupArn.safeParse('/shop/web').error?.issues[0]?.message).toContain('must be the ARN of a log group');
  });
});

describe('nameOfLogGroup', () => {
  it.each([ARN, `${ARN}:*`, '/shop/web'])('finds the name in %s', (identifier) => {
    expect(nameOfLogGroup(identifier)).toBe('/shop/web');
  });
});

describe('logGroupArns', () => {
  it('takes the ARNs among identifiers apart', () => {
    expect(logGroupArns(['/shop/web', ARN])).toEqual([
      { service: 'logs', region: 'eu-west-1', account: '111111111111', resource: 'log-group:/shop/web' },
    ]);
  });
});

describe('withoutWildcard', () => {
  it('drops the ending of IAM policies only', () => {
    expect(withoutWildcard(`${ARN}:*`)).toBe(ARN);
    expect(withoutWildcard(ARN)).toBe(ARN);
  });
});
