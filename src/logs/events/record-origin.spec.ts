import { describe, expect, it } from 'vitest';
import { checkRecordOrigin } from './record-origin.js';

const OWN = { account: '111111111111', linkedAccounts: ['333333333333'] };

describe('checkRecordOrigin', () => {
  it.each([
    ['of the own account', '111111111111:/shop/web', { reach: OWN }],
    ['of a linked account', '333333333333:/shop/web', { reach: OWN }],
    ['on the list', '111111111111:/shop/web', { reach: OWN, allowedLogGroups: ['/shop/*'] }],
    ['read by a local profile', '222222222222:/shop/web', { reach: { account: 'local', linkedAccounts: [] } }],
  ])('passes a log group %s', (_case, log, checks) => {
    expect(checkRecordOrigin(log, checks)).toEqual({ account: log.slice(0, 12), logGroup: '/shop/web' });
  });

  it.each([
    ['of another account', '222222222222:/shop/web', { reach: OWN }, 'account'],
    ['off the list', '111111111111:/payroll', { reach: OWN, allowedLogGroups: ['/shop/*'] }, 'query_source'],
    [
      'off the list in a linked account',
      '333333333333:/payroll',
      { reach: OWN, allowedLogGroups: ['/shop/*'] },
      'query_source',
    ],
    ['that nobody names', undefined, { reach: OWN }, 'query_source'],
    ['without its account', '/shop/web', { reach: OWN, allowedLogGroups: ['/shop/*'] }, 'query_source'],
    [
      'that nobody names, of a local profile with a list',
      undefined,
      { reach: { account: 'local', linkedAccounts: [] }, allowedLogGroups: ['/shop/*'] },
      'query_source',
    ],
  ])('refuses a log group %s', (_case, log, checks, denied) => {
    expect(() => checkRecordOrigin(log, checks)).toThrow(
      expect.objectContaining({ code: 'target_not_allowed', denied, message: expect.stringMatching(/^ptr: /) }),
    );
  });

  it('asks nothing where nothing limits the caller', () => {
    expect(checkRecordOrigin(undefined, { reach: { account: 'local', linkedAccounts: [] } })).toBeUndefined();
  });
});
