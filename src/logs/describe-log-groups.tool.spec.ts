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

  it('says when there are more', async () => {
    const { log_group_metadata, truncated } = await groups({ max_items: 2 });
    expect(log_group_metadata).toHaveLength(2);
    expect(truncated).toBe(true);
  });

  it.each([
    [{ log_group_name_prefix: 'a"b' }, 'log_group_name_prefix'],
    [{ max_items: 0 }, 'max_items'],
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
