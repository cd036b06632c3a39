import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/stack.js';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { LogsModule } from '../logs.module.js';
import { recommendIndexesAccount, RecommendIndexesAccountTool } from './recommend-indexes-account.tool.js';
import { recommendIndexesLoggroup, RecommendIndexesLoggroupTool } from './recommend-indexes-loggroup.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([LogsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const CHECKOUT = '/shop/checkout';
const CHECKOUT_ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/checkout';
const group = (args: object = {}, options?: RigCall) =>
  rig.call(
    RecommendIndexesLoggroupTool,
    recommendIndexesLoggroup,
    { log_group_identifier: CHECKOUT, ...args },
    options,
  );
const account = (args: object = {}, options?: RigCall) =>
  rig.call(RecommendIndexesAccountTool, recommendIndexesAccount, args, options);
const fieldsOf = (of: readonly { readonly field_name: string }[]): string[] => of.map(({ field_name }) => field_name);

describe('recommend_indexes_loggroup', () => {
  it('recommends what queries compare by equality, in one paid query that it tells of', async () => {
    const result = await group();
    const [best] = result.recommendations;
    expect(best).toMatchObject({ field_name: 'customerId', action: 'CREATE_INDEX', query_count: 270 });
    expect(best?.filter_equality_count).toBe(270);
    expect(best?.score_breakdown).toMatchObject({ filter_equality_score: 1, scan_volume_score: 1 });
    expect(best?.score_breakdown.cardinality_score).toBeGreaterThan(0);
    expect(result).toMatchObject({ queries_analyzed: 720, time_range_days: 30, log_group: CHECKOUT });
    expect(rig.aws.calls.of('StartQuery')).toHaveLength(1);
    expect(result.cost?.bytes_scanned).toBeGreaterThan(0);
    expect(result.warnings).toEqual([expect.stringMatching(/^A paid query .* bytes, about \$/)]);
  });

  it('signs as the caller', async () => {
    await group();
    for (const call of rig.aws.calls.all().filter(({ service }) => service === 'logs')) {
      expect(call.principalArn).toContain('arn:aws:sts::111111111111:assumed-role/CloudWatchReader/');
    }
  });

  it('tells indexed fields by who indexes them, and fields no log event has', async () => {
    const result = await group();
    expect(result.already_indexed).toEqual([
      { field_name: 'level', query_count: 630, source: 'AUTO' },
      { field_name: 'status', query_count: 60, source: 'ACCOUNT' },
    ]);
    // Only failures have `error.type`, and in a quiet hour nothing fails.
    const notFound = fieldsOf(result.fields_not_found).filter((field) => field !== 'error.type');
    expect(notFound).toEqual(['sessionToken']);
    expect((await group({ log_group_identifier: '/shop/payments' })).already_indexed).toEqual([
      { field_name: 'requestId', query_count: 120, source: 'LOG_GROUP' },
    ]);
  });

  it('takes neither aliases nor fields of AWS for fields, in any language', async () => {
    const checkout = await group();
    for (const made of ['seconds', 'slot', 'errors']) expect(JSON.stringify(checkout)).not.toContain(`"${made}"`);
    const payments = await group({ log_group_identifier: '/shop/payments' });
    expect(fieldsOf(payments.recommendations).toSorted()).toEqual(['amountCents', 'message', 'method', 'provider']);
    const inventory = await group({ log_group_identifier: '/shop/inventory' });
    expect(fieldsOf(inventory.recommendations)).toEqual(['sku', 'left']);
  });

  it('halves the score of a field that is never compared by equality', async () => {
    const { recommendations } = await group();
    const halved = recommendations.find(({ field_name }) => field_name === 'durationMs');
    const { frequency_score, recency_score, scan_volume_score, cardinality_score } = halved?.score_breakdown ?? {};
    const sum =
      0.3 * (frequency_score ?? NaN) +
      0.15 * (recency_score ?? NaN) +
      0.15 * (scan_volume_score ?? NaN) +
      0.15 * (cardinality_score ?? NaN);
    expect(halved?.filter_equality_count).toBe(0);
    expect(halved?.score).toBeCloseTo(sum / 2, 4);
  });

  it('holds no text of a query and nobody who ran it', async () => {
    const answers = JSON.stringify([await group(), await account()]);
    expect(answers).not.toMatch(/c-\d{5}|paybridge|Timeout|a customer called|Operations/);
  });

  it('takes an ARN, and goes to its Region', async () => {
    const arn = `${CHECKOUT_ARN.replace('us-east-1', 'eu-west-1')}:*`;
    expect((await group({ log_group_identifier: arn })).log_group).toBe(arn);
    expect(new Set(rig.aws.calls.all().flatMap(({ service, region }) => (service === 'logs' ? [region] : [])))).toEqual(
      new Set(['eu-west-1']),
    );
  });

  it('says that a log group of another class cannot have indexes, and pays for nothing', async () => {
    const result = await group({ log_group_identifier: '/shop/order-archive' });
    expect(result.recommendations).toEqual([]);
    expect(result.warnings).toEqual([expect.stringContaining('STANDARD only')]);
    expect(rig.aws.calls.of('StartQuery')).toEqual([]);
  });

  it('answers zeros for a log group nobody queried', async () => {
    const result = await group({ log_group_identifier: '/aws/lambda/shop-thumbnailer' });
    expect(result).toMatchObject({ recommendations: [], queries_analyzed: 0, unique_queries: 0 });
    expect(result.warnings).toEqual([expect.stringContaining('No completed queries found in the last 30 days')]);
    expect(rig.aws.calls.of('StartQuery')).toEqual([]);
  });

  it.each([
    ['logs:DescribeQueries', 'access-denied', /^Error fetching query history: AWS denied logs:DescribeQueries/],
    ['logs:DescribeQueries', 'throttle', /^Error fetching query history: AWS is limiting the rate/],
    ['logs:DescribeIndexPolicies', 'access-denied', /^Could not fetch index policies: AWS denied/],
    ['logs:DescribeFieldIndexes', 'access-denied', /^Could not fetch index policies: AWS denied/],
    ['logs:DescribeLogGroups', 'access-denied', /^Could not describe the log group: AWS denied/],
    ['logs:StartQuery', 'access-denied', /^The log events were not looked at.*: AWS denied logs:StartQuery/],
  ] as const)('goes on without %s (%s), and says so', async (operation, kind, warning) => {
    rig.aws.faults.add({ operation, kind });
    const { warnings } = await group();
    expect(warnings).toContainEqual(expect.stringMatching(warning));
  });

  it('goes on with renewed credentials when they expire', async () => {
    rig.aws.faults.add({ operation: 'logs:DescribeQueries', kind: 'expired-credentials', times: 1 });
    expect((await group()).queries_analyzed).toBe(720);
  });

  it('stops its query when the caller cancels', async () => {
    const abort = new AbortController();
    rig.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'latency', latencyMs: 3_000 });
    const outcome = Promise.allSettled([group({}, { signal: abort.signal })]);
    await eventually(() => expect(rig.aws.calls.of('StartQuery')).toHaveLength(1));
    abort.abort();
    expect(await outcome).toMatchObject([{ reason: { code: 'cancelled' } }]);
    expect(rig.aws.calls.of('StopQuery').length).toBe(1);
  });

  it('names the field of an unknown log group', async () => {
    await expect(group({ log_group_identifier: '/no/such' })).rejects.toMatchObject({
      code: 'aws_not_found',
      message: expect.stringMatching(/^log_group_identifier: /),
    });
  });

  it.each([
    ['a name that is none', 'log_group_identifier', { log_group_identifier: 'a`b' }],
    ['no name', 'log_group_identifier', { log_group_identifier: '' }],
    ['an ARN of another account', 'log_group_identifier', { log_group_identifier: CHECKOUT_ARN.replaceAll('1', '2') }],
    ['a Region that is none', 'region', { region: 'us-east-1.evil.com#' }],
    ['a Region the ARN is not in', 'region', { log_group_identifier: CHECKOUT_ARN, region: 'eu-west-1' }],
    ['an unknown argument', 'days', { days: 3 }],
  ])('refuses %s by the name %s, before any AWS call', async (_case, field, args) => {
    const wrong = field === 'log_group_identifier' && 'log_group_identifier' in args ? args : { ...args };
    await expect(group(wrong)).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});

describe('recommend_indexes_account', () => {
  it('ranks the log groups by their best field, from all pages, and scans nothing', async () => {
    const result = await account();
    const best = result.log_group_results.map(({ log_group, recommendations: [first] }) => [
      log_group,
      first?.field_name,
    ]);
    expect(best).toEqual([
      ['/shop/inventory', 'sku'],
      ['/shop/payments', 'provider'],
      [CHECKOUT, 'customerId'],
    ]);
    const scores = result.log_group_results.map(({ recommendations: [first] }) => first?.score ?? 0);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(result.log_group_results[0]?.recommendations[0]?.score_breakdown.cardinality_score).toBeNull();
    expect(result).toMatchObject({ total_queries_analyzed: 1_020, time_range_days: 30, truncated: false });
    expect(rig.aws.calls.of('DescribeQueries').length).toBe(2);
    expect(rig.aws.calls.of('DescribeAccountPolicies').length).toBe(2);
    expect(rig.aws.calls.of('StartQuery')).toEqual([]);
  });

  it('knows policies of the account and of log groups', async () => {
    const { log_group_results } = await account();
    const indexed = (name: string) => log_group_results.find(({ log_group }) => log_group === name)?.already_indexed;
    expect(indexed('/shop/payments')).toEqual([{ field_name: 'requestId', query_count: 120, source: 'LOG_GROUP' }]);
    expect(indexed(CHECKOUT)).toContainEqual({ field_name: 'status', query_count: 60, source: 'ACCOUNT' });
  });

  it('says when the history was cut, and reads as much as there is for 0', async () => {
    const capped = await account({ max_queries: 100 });
    expect(capped.warnings).toEqual([expect.stringMatching(/^Query history was capped at 100 queries\. /)]);
    expect(capped.total_queries_analyzed).toBeGreaterThan(0);
    expect(capped.total_queries_analyzed).toBeLessThanOrEqual(100);
    expect((await account({ max_queries: 0 })).warnings).toEqual([]);
  });

  it('is of the account it asks', async () => {
    const { log_group_results } = await account({}, { as: 'bob' });
    expect(log_group_results.map(({ log_group }) => log_group)).toEqual(['/logistics/labels']);
    expect(rig.aws.calls.of('DescribeQueries')[0]?.accountId).toBe('222222222222');
  });

  it('is refused when the history is denied, and goes on without the policies', async () => {
    rig.aws.faults.add({ operation: 'logs:DescribeQueries', kind: 'access-denied' });
    await expect(account()).rejects.toMatchObject({ code: 'aws_access_denied' });
    rig.aws.faults.clear();
    rig.aws.faults.add({ operation: 'logs:DescribeAccountPolicies', kind: 'access-denied' });
    rig.aws.faults.add({ operation: 'logs:DescribeIndexPolicies', kind: 'throttle' });
    expect((await account()).warnings).toEqual([
      expect.stringMatching(/^Could not fetch index policies: AWS denied/),
      expect.stringMatching(/^Could not fetch the index policies of log groups: AWS is limiting/),
    ]);
  });

  it.each([
    ['a negative number', { max_queries: -1 }],
    ['too many', { max_queries: 50_001 }],
    ['half a query', { max_queries: 1.5 }],
  ])('refuses %s by the name max_queries, before any AWS call', async (_case, args) => {
    await expect(account(args)).rejects.toThrow(/^max_queries/);
    expect(rig.aws.calls.all()).toEqual([]);
  });
});

describe('recommendations within limits', () => {
  it('speak of log groups on the list of the operator only, and weigh no more than the budget', async () => {
    const small = await startToolRig([LogsModule], { ALLOWED_LOG_GROUPS: '/shop/c*', RESULT_BUDGET_BYTES: '10000' });
    try {
      const result = await small.call(RecommendIndexesAccountTool, recommendIndexesAccount, {});
      expect(result.log_group_results.map(({ log_group }) => log_group)).toEqual([CHECKOUT]);
      const denied = { log_group_identifier: '/shop/payments' };
      small.aws.calls.clear();
      await expect(small.call(RecommendIndexesLoggroupTool, recommendIndexesLoggroup, denied)).rejects.toThrow(
        /^log_group_identifier: /,
      );
      expect(small.aws.calls.all()).toEqual([]);
    } finally {
      await small.close();
    }
  });
});
