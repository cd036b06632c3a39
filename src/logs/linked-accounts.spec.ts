import { describe, expect, it } from 'vitest';
import { linkedAccountsOf } from './linked-accounts.js';

const OWN = '111111111111';
const LINKED = '222222222222';
const OTHER = '333333333333';
const reach = { account: OWN, linkedAccounts: [LINKED] };
const linked = { include_linked_accounts: true };

describe('linkedAccountsOf', () => {
  it('names no account unless linked ones are wanted', () => {
    expect(linkedAccountsOf({}, reach)).toBeUndefined();
    expect(linkedAccountsOf({ account_identifiers: [], include_linked_accounts: false }, reach)).toBeUndefined();
  });

  it('means by "linked accounts" those the operator listed [ARG-07]', () => {
    expect(linkedAccountsOf(linked, reach)).toEqual([OWN, LINKED]);
    expect(linkedAccountsOf({ ...linked, account_identifiers: [LINKED] }, reach)).toEqual([LINKED]);
  });

  it.each([
    [
      'an account that is not linked',
      { ...linked, account_identifiers: [LINKED, OTHER] },
      reach,
      /^account_identifiers: /,
    ],
    [
      'linked accounts where none is listed',
      linked,
      { ...reach, linkedAccounts: [] },
      /^include_linked_accounts: .*ask whoever/,
    ],
  ])('refuses %s [ARG-07]', (_what, input, where, message) => {
    expect(() => linkedAccountsOf(input, where)).toThrow(
      expect.objectContaining({
        code: 'target_not_allowed',
        denied: 'account',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('refuses accounts without the word that they are linked', () => {
    expect(() => linkedAccountsOf({ account_identifiers: [OWN] }, reach)).toThrow(/include_linked_accounts: true/);
  });

  it('wants names where there are more than one call can list', () => {
    const many = Array.from({ length: 20 }, (_, index) => String(400_000_000_000 + index));
    expect(() => linkedAccountsOf(linked, { ...reach, linkedAccounts: many })).toThrow(
      /^account_identifiers: name up to 20/,
    );
    expect(linkedAccountsOf(linked, { ...reach, linkedAccounts: many.slice(1) })).toHaveLength(20);
  });

  it('leaves the decision to AWS where the account is not known', () => {
    expect(linkedAccountsOf(linked, { account: 'local', linkedAccounts: [] })).toBeUndefined();
  });
});
