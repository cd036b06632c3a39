import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { describeLogGroups, DescribeLogGroupsTool } from './describe-log-groups.tool.js';
import { LogsModule } from './logs.module.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([LogsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const WEB_ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web';
const groups = (args: object, options?: RigCall) => rig.call(DescribeLogGroupsTool, describeLogGroups, args, options);

describe('describe_log_groups', () => {
  it("lists the caller's own log groups and the saved queries for them", async () => {
    const alice = await groups({});
    const bob = await groups({}, { as: 'bob' });
    expect(alice.log_group_metadata.map(({ logGroupName }) => logGroupName)).toContain('/shop/web');
    expect(alice.truncated).toBe(false);
    expect(bob.log_group_metadata.map(({ logGroupName }) => logGroupName).join()).not.toContain('/shop');
    expect(alice.log_group_metadata.find(({ logGroupName }) => logGroupName === '/shop/web')).toMatchObject({
      logGroupArn: WEB_ARN,
      retentionInDays: 14,
      kmsKeyId: null,
      logGroupClass: 'STANDARD',
    });
    expect(alice.saved_queries.map(({ name }) => name)).toContain('shop/Web answers by status');
  });

  it('filters by prefix and class, and keeps saved queries by the prefix they select', async () => {
    const { log_group_metadata, saved_queries } = await groups({ log_group_name_prefix: '/aws/lambda/' });
    expect(log_group_metadata).toHaveLength(1);
    expect(saved_queries.map(({ name }) => name)).toEqual(['shop/Lambda cold starts']);
    const archive = await groups({ log_group_class: 'INFREQUENT_ACCESS' });
    expect(archive.log_group_metadata.map(({ logGroupName }) => logGroupName)).toEqual(['/shop/order-archive']);
  });

  it('gives a part, says so, and goes on from its cursor', async () => {
    const all = await groups({});
    expect(all).toMatchObject({ truncated: false, next_cursor: null, total: all.returned });
    const first = await groups({ max_items: 2 });
    expect(first).toMatchObject({ returned: 2, total: null, truncated: true });
    const rest = await groups({ cursor: first.next_cursor });
    expect([...first.log_group_metadata, ...rest.log_group_metadata]).toEqual(all.log_group_metadata);
    expect(first.saved_queries.length).toBeGreaterThan(0);
    expect(rest).toMatchObject({ truncated: false, saved_queries: [] });
    expect(rig.aws.calls.of('DescribeQueryDefinitions')).toHaveLength(2);
  });

  it('answers an account without log groups of that name', async () => {
    expect(await groups({ log_group_name_prefix: '/none' })).toMatchObject({ log_group_metadata: [], total: 0 });
  });

  it('renews a session that has expired, and passes on what AWS refuses', async () => {
    rig.aws.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'expired-credentials', times: 1 });
    expect((await groups({})).returned).toBeGreaterThan(0);
    rig.aws.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'access-denied', times: 1 });
    await expect(groups({})).rejects.toMatchObject({ code: 'aws_access_denied' });
    rig.aws.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'throttle' });
    await expect(groups({})).rejects.toMatchObject({ code: 'aws_throttled' });
  });

  it.each([
    [{ log_group_name_prefix: 'a"b' }, 'log_group_name_prefix'],
    [{ max_items: 0 }, 'max_items'],
    [{ cursor: 'made up' }, 'cursor'],
    [{ limit: 5 }, 'limit'],
    [{ account_identifiers: ['1'] }, 'account_identifiers'],
    [{ account_identifiers: ['111111111111'] }, 'account_identifiers'],
    [{ account_identifiers: ['222222222222'], include_linked_accounts: true }, 'account_identifiers'],
    [{ region: 'us-east-1.evil.com#' }, 'region'],
  ])('refuses %j before any AWS call', async (args, field) => {
    await expect(groups(args)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});

describe('describe_log_groups with ALLOWED_LOG_GROUPS', () => {
  let fenced: ToolRig;
  beforeAll(async () => {
    fenced = await startToolRig([LogsModule], { ALLOWED_LOG_GROUPS: '/shop/web,/shop/p*,/aws/*' });
  });
  afterAll(() => fenced.close());
  const names = async (args: object): Promise<string[]> =>
    (await fenced.call(DescribeLogGroupsTool, describeLogGroups, args)).log_group_metadata.map(
      ({ logGroupName }) => logGroupName,
    );

  it('lists the groups of the list only, and of saved queries no other group', async () => {
    expect(await names({})).toEqual(['/aws/lambda/shop-thumbnailer', '/shop/payments', '/shop/web']);
    const { saved_queries } = await fenced.call(DescribeLogGroupsTool, describeLogGroups, {});
    const saved = saved_queries.flatMap(({ logGroupNames }) => logGroupNames);
    expect(saved).toContain('/shop/web');
    expect(saved).not.toContain('/shop/checkout');
  });

  it('asks AWS for no more than the list can hold', async () => {
    fenced.aws.calls.clear();
    expect(await names({ log_group_name_prefix: '/shop/' })).toEqual(['/shop/payments', '/shop/web']);
    expect(await names({ log_group_name_prefix: '/shop/chec' })).toEqual([]);
    expect(fenced.aws.calls.of('DescribeLogGroups').map(({ input }) => input)).toMatchObject([
      { logGroupNamePrefix: '/shop/' },
    ]);
  });
});
