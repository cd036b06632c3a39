import { describe, expect, it } from 'vitest';
import { checkPromqlAccounts } from './promql-accounts.js';

const reach = { account: '111111111111', linkedAccounts: ['222222222222'] };

describe('checkPromqlAccounts', () => {
  it.each([
    '{Invocations}',
    '{Invocations, "@aws.account"="111111111111"}',
    '{Invocations, "@resource.cloud.account.id"=~"111111111111|222222222222"}',
    'sum by ("@aws.account")({Invocations})',
    '{Orders, id="333333333333"}',
    '{X, "@resource.cloud.resource_id"="arn:aws:ec2:us-east-1:222222222222:instance/i-1"}',
    '{X, bucket="arn:aws:s3:::logs"}',
  ])('lets %s pass', (query) => {
    expect(() => checkPromqlAccounts('query', [query], reach)).not.toThrow();
  });

  it.each([
    '{Invocations, "@aws.account"="333333333333"}',
    `{Invocations, '@resource.cloud.account.id'!='333333333333'}`,
    '{Invocations, "@aws.account_id"=~"(?:333333333333)"}',
    String.raw`{Invocations, "@aws.\x61ccount"="\x333\063\u0033\U0000003333333333"}`,
    '{X, "@resource.cloud.resource_id"="arn:aws:ec2:us-east-1:333333333333:instance/i-1"}',
    '{X, "@resource.cloud.resource_id"=~"arn:aws-cn:ec2:cn-north-1:333333333333:.*"}',
  ])('refuses %s [ARG-07]', (query) => {
    expect(() => checkPromqlAccounts('query', ['{a}', query], reach)).toThrow(
      expect.objectContaining({
        code: 'target_not_allowed',
        denied: 'account',
        message: expect.stringMatching(/^query: /),
      }),
    );
  });
});
