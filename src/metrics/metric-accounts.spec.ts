import { describe, expect, it } from 'vitest';
import { checkMetricAccounts } from './metric-accounts.js';

const reach = { account: '111111111111', linkedAccounts: ['222222222222'] };

describe('checkMetricAccounts', () => {
  it.each([
    { AccountId: '111111111111' },
    { AccountId: '222222222222' },
    { Expression: `SELECT SUM(Orders) FROM "Shop" WHERE AWS.AccountId = '222222222222'` },
    { Expression: `SEARCH('{AWS/EC2} :aws.AccountId="222222222222"', 'Sum')` },
    { Expression: `SELECT SUM(Orders) FROM "Shop" WHERE OrderId = '333333333333'` },
    { Expression: `SELECT SUM(Orders) FROM "Shop" GROUP BY AWS.AccountId` },
    { Expression: 'm1 / 333333333333' },
  ])('lets %j pass', (query) => {
    expect(() => checkMetricAccounts([{ Id: 'm1', ...query }], reach)).not.toThrow();
  });

  it.each([
    [{ AccountId: '333333333333' }, /^queries\.0\.account_id: /],
    [
      { Expression: `SELECT SUM(Orders) FROM "Shop" WHERE AWS.AccountId = '333333333333'` },
      /^queries\.0\.expression: /,
    ],
    [
      { Expression: `SELECT SUM(O) FROM SCHEMA("S", "AWS.AccountId") WHERE "aws.accountid"='333333333333'` },
      /^queries\.0/,
    ],
    [{ Expression: `SEARCH('{AWS/EC2} :aws.AccountId=("222222222222" OR "333333333333")', 'Sum')` }, /^queries\.0/],
  ])('refuses %j [ARG-07]', (query, message) => {
    expect(() => checkMetricAccounts([{ Id: 'm1', ...query }], reach)).toThrow(
      expect.objectContaining({
        code: 'target_not_allowed',
        denied: 'account',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('names the arguments a query was made from', () => {
    const fieldOf = () => ({ account: 'account_id', expression: 'dimensions' });
    expect(() => checkMetricAccounts([{ Id: 'm1', AccountId: '333333333333' }], reach, fieldOf)).toThrow(
      /^account_id: /,
    );
    const Expression = `SELECT SUM(O) FROM "S" WHERE "AWS.AccountId"='333333333333'`;
    expect(() => checkMetricAccounts([{ Id: 'm1', Expression }], reach, fieldOf)).toThrow(/^dimensions: /);
  });
});
