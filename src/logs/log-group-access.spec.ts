import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedPrefix, checkLogGroups, isAllowedLogGroup } from './log-group-access.js';

const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:';

describe('checkLogGroups', () => {
  it('lets everything pass without a list', () => {
    expect(() => checkLogGroups('log_group_names', ['/any'], undefined)).not.toThrow();
  });

  it.each([['/shop/web'], [`${ARN}/shop/web`], [`${ARN}/shop/web:*`], ['exact']])('lets %s pass', (identifier) => {
    expect(() => checkLogGroups('log_group_names', [identifier], ['/shop/*', 'exact'])).not.toThrow();
  });

  it.each([
    '/shop',
    '/shops/web',
    'exact2',
    '/SHOP/web',
    '*',
    '/shop/*',
    `${ARN}/pay`,
    `${ARN}/pay:log-group:/shop/web`,
    '/shop/web\n/pay',
    '',
  ])('refuses %j and names the field', (identifier) => {
    expect(() => checkLogGroups('log_group_arn', ['/shop/web', identifier], ['/shop/*', 'exact'])).toThrow(
      expect.objectContaining({
        code: 'target_not_allowed',
        denied: 'query_source',
        message: expect.stringMatching(/^log_group_arn: .*ALLOWED_LOG_GROUPS/),
      }),
    );
  });

  it('opens nothing with an empty list', () => {
    expect(() => checkLogGroups('log_group_names', ['/shop/web'], [])).toThrow(/^log_group_names/);
  });
});

describe('allowedPrefix', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 5 });
  const pattern = fc.tuple(name, fc.constantFrom('', '*')).map(([beginning, star]) => beginning + star);

  it('is a beginning of every allowed name that has the prefix asked for', () => {
    fc.assert(
      fc.property(name, name, fc.array(pattern, { maxLength: 4 }), (prefix, candidate, allowed) => {
        fc.pre(candidate.startsWith(prefix) && isAllowedLogGroup(candidate, allowed));
        const asked = allowedPrefix(prefix, allowed);
        expect(asked?.startsWith(prefix)).toBe(true);
        expect(candidate.startsWith(asked ?? '?')).toBe(true);
      }),
    );
  });

  it.each([
    ['', undefined, ''],
    ['/sh', undefined, '/sh'],
    ['', ['/shop/web', '/shop/a*'], '/shop/'],
    ['/shop/we', ['/shop/*', '/pay'], '/shop/we'],
    ['/pay', ['/shop/*'], undefined],
    ['/shop/web2', ['/shop/web'], undefined],
    ['', [], undefined],
  ])('of %j in %j is %j', (prefix, allowed, expected) => {
    expect(allowedPrefix(prefix, allowed)).toBe(expected);
  });
});
