import type {
  DescribeAccountPoliciesCommandOutput,
  DescribeFieldIndexesCommandOutput,
  DescribeIndexPoliciesCommandOutput,
  DescribeQueriesCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it } from 'vitest';
import { LOGISTICS_ACCOUNT } from '../scenario-accounts.js';
import { LogsFixture } from './logs-fixture.js';

let logs: LogsFixture;

beforeEach(() => {
  logs = new LogsFixture();
});

describe('DescribeQueries', () => {
  it('pages through what people ran in the past, newest first', async () => {
    const first = await logs.call<DescribeQueriesCommandOutput>('DescribeQueries', { status: 'Complete' });
    expect(first.queries).toHaveLength(1_000);
    const { nextToken } = first;
    const second = await logs.call<DescribeQueriesCommandOutput>('DescribeQueries', { status: 'Complete', nextToken });
    expect(second.nextToken).toBeUndefined();
    const times = [...(first.queries ?? []), ...(second.queries ?? [])].map(({ createTime }) => createTime ?? 0);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times[0]).toBeLessThan(logs.start.getTime());
  });

  it('finds them by group, language and status, in their own account', async () => {
    const of = async (input: object, account?: string) =>
      (await logs.call<DescribeQueriesCommandOutput>('DescribeQueries', input, account)).queries ?? [];
    const groups = new Set((await of({ logGroupName: '/shop/payments' })).map(({ logGroupName }) => logGroupName));
    expect(groups).toEqual(new Set(['/shop/payments']));
    expect((await of({ queryLanguage: 'SQL' }))[0]?.queryString).toMatch(/^SELECT /);
    expect((await of({ status: 'Failed' })).every(({ status }) => status === 'Failed')).toBe(true);
    expect((await of({}, LOGISTICS_ACCOUNT)).every(({ logGroupName }) => logGroupName === '/logistics/labels')).toBe(
      true,
    );
  });
});

describe('index policies', () => {
  const policies = async (name: string) => {
    const input = { logGroupIdentifiers: [name] };
    const { indexPolicies = [] } = await logs.call<DescribeIndexPoliciesCommandOutput>('DescribeIndexPolicies', input);
    return indexPolicies.map(({ source, policyDocument }) => [source, policyDocument]);
  };

  it('are those of the group, else those of the account that hold for it', async () => {
    expect(await policies('/shop/payments')).toEqual([['LOG_GROUP', '{"Fields":["requestId"]}']]);
    expect(await policies('/shop/web')).toEqual([['ACCOUNT', '{"Fields":["status","requestId"]}']]);
    expect(await policies('/shop/order-archive')).toEqual([]);
    await expect(policies('/no/such')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('of the account come in pages, and only as field index policies', async () => {
    const page = (input: object) => logs.call<DescribeAccountPoliciesCommandOutput>('DescribeAccountPolicies', input);
    const first = await page({ policyType: 'FIELD_INDEX_POLICY' });
    const second = await page({ policyType: 'FIELD_INDEX_POLICY', nextToken: first.nextToken });
    expect([first.accountPolicies?.length, second.accountPolicies?.length, second.nextToken]).toEqual([
      2,
      1,
      undefined,
    ]);
    expect((await page({ policyType: 'DATA_PROTECTION_POLICY' })).accountPolicies).toEqual([]);
    await expect(page({})).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('DescribeFieldIndexes', () => {
  it('tells which fields are indexed, and automatic ones only when asked', async () => {
    const fields = async (input: object) => {
      const all = { logGroupIdentifiers: ['/shop/checkout'], ...input };
      const { fieldIndexes = [] } = await logs.call<DescribeFieldIndexesCommandOutput>('DescribeFieldIndexes', all);
      return fieldIndexes.map(({ fieldIndexName, indexCategory }) => `${indexCategory} ${fieldIndexName}`);
    };
    expect(await fields({ indexCategories: ['AUTO'] })).toEqual(['AUTO level']);
    expect(await fields({})).toEqual(expect.arrayContaining(['DEFAULT traceId', 'CUSTOM status', 'CUSTOM requestId']));
    expect(await fields({})).not.toContain('AUTO level');
  });

  it('asks IAM about each group', () => {
    const input = { logGroupIdentifiers: ['/shop/web', 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/x:*'] };
    expect(logs.resources('DescribeFieldIndexes', input)).toEqual([
      'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web',
      'arn:aws:logs:us-east-1:111111111111:log-group:/shop/x',
    ]);
  });
});
