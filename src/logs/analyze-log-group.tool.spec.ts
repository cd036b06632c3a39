import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../test/support/tool-rig.js';
import { analyzeLogGroup, AnalyzeLogGroupTool } from './analyze-log-group.tool.js';
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

const callsTo = (service: string) => rig.aws.calls.all().filter((call) => call.service === service);
const analyze = (args: object, options?: RigCall) => rig.call(AnalyzeLogGroupTool, analyzeLogGroup, args, options);

describe('analyze_log_group', () => {
  const arn = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/checkout';
  const args = { log_group_arn: arn, start_time: 'now-4h', end_time: 'now' };

  it('finds anomalies, patterns, and patterns with errors by count', async () => {
    const analysis = await analyze(args);
    const { anomaly_detectors, anomalies } = analysis.log_anomaly_results;
    expect(anomaly_detectors.length).toBeGreaterThan(0);
    expect(anomalies.length).toBeGreaterThan(0);
    expect(anomalies.every(({ logSamples }) => logSamples.length <= 1)).toBe(true);
    for (const patterns of [analysis.top_patterns, analysis.top_patterns_containing_errors]) {
      expect(patterns.status).toBe('Complete');
      expect(patterns.results.length).toBeGreaterThan(0);
      expect(patterns.results.length).toBeLessThanOrEqual(5);
      const counts = patterns.results.map((row) => Number(row['@sampleCount']));
      expect(counts).toEqual([...counts].sort((a, b) => b - a));
      expect(patterns.results[0]).not.toHaveProperty('@tokens');
      expect(patterns.results[0]?.['@logSamples']).toHaveLength(1);
    }
    expect(rig.aws.calls.of('StartQuery')).toHaveLength(2);
    const scanned = [analysis.top_patterns, analysis.top_patterns_containing_errors].map(
      ({ statistics }) => statistics?.bytesScanned ?? 0,
    );
    expect(analysis.cost?.bytes_scanned).toBe(scanned[0]! + scanned[1]!);
    expect(new Date(analysis.time_range.end).getTime() - new Date(analysis.time_range.start).getTime()).toBe(
      4 * 3_600_000,
    );
    expect(analysis.console_url).toBe(
      'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Fshop$252Fcheckout',
    );
  });

  it('refuses two scans that are estimated too large before either, until they are confirmed', async () => {
    const archive = { ...args, log_group_arn: arn.replace('checkout', 'order-archive'), start_time: 'now-2d' };
    await expect(analyze(archive)).rejects.toThrow(/^start_time: .* GB .*confirm_scan: true/);
    expect(rig.aws.calls.of('StartQuery')).toEqual([]);
    const confirmed = await analyze({ ...archive, confirm_scan: true });
    expect(confirmed.scan_estimate?.gb).toBeGreaterThan(100);
    expect(rig.aws.calls.of('StartQuery')).toHaveLength(2);
  });

  it('runs one query after the other for a caller who may run but one, and refuses one who may run none', async () => {
    const narrow = await startToolRig([LogsModule], { INSIGHTS_MAX_QUERIES_PER_USER: '1' });
    try {
      const call = () => narrow.call(AnalyzeLogGroupTool, analyzeLogGroup, args);
      const [one, other] = await Promise.allSettled([call(), call()]);
      expect(one).toMatchObject({
        value: { top_patterns: { status: 'Complete' }, top_patterns_containing_errors: { status: 'Complete' } },
      });
      expect(other).toMatchObject({ reason: { code: 'rate_limited' } });
      expect(narrow.aws.calls.of('StartQuery')).toHaveLength(2);
    } finally {
      await narrow.close();
    }
  });

  it('opens no log group beyond the list of the operator', async () => {
    const fenced = await startToolRig([LogsModule], { ALLOWED_LOG_GROUPS: '/shop/web' });
    try {
      await expect(fenced.call(AnalyzeLogGroupTool, analyzeLogGroup, args)).rejects.toThrow(/^log_group_arn: /);
      expect(fenced.aws.calls.all()).toEqual([]);
    } finally {
      await fenced.close();
    }
  });

  it('keeps to the region of the ARN in all it does', async () => {
    await analyze({ ...args, log_group_arn: arn.replace('us-east-1', 'eu-west-1') });
    expect([...new Set(callsTo('logs').map(({ region }) => region))]).toEqual(['eu-west-1']);
  });

  it('tells a failed query beside the results of the other', async () => {
    rig.aws.faults.add({ operation: 'logs:StartQuery', kind: 'access-denied', times: 1 });
    const { top_patterns, top_patterns_containing_errors } = await analyze(args);
    const statuses = [top_patterns, top_patterns_containing_errors].map(({ status }) => status).sort();
    expect(statuses).toEqual(['Complete', 'Error']);
  });

  it('stops both queries when anomalies cannot be read', async () => {
    rig.aws.faults.add({ operation: 'logs:GetQueryResults', kind: 'latency', latencyMs: 10_000 });
    rig.aws.faults.add({ operation: 'logs:ListLogAnomalyDetectors', kind: 'latency', latencyMs: 500 });
    rig.aws.faults.add({ operation: 'logs:ListLogAnomalyDetectors', kind: 'access-denied' });
    await expect(analyze(args)).rejects.toMatchObject({
      code: 'aws_access_denied',
      message: expect.stringContaining('logs:ListLogAnomalyDetectors'),
    });
    expect(rig.aws.calls.of('StartQuery')).toHaveLength(2);
    expect(rig.aws.calls.of('StopQuery')).toHaveLength(2);
  });

  it('names the field of an unknown log group', async () => {
    const unknown = arn.replace('/shop/checkout', '/no/such');
    await expect(analyze({ ...args, log_group_arn: unknown })).rejects.toThrow(/^log_group_arn: /);
  });

  it.each([
    [{ log_group_arn: '/shop/checkout' }, 'log_group_arn'],
    [{ log_group_arn: arn.replace('111111111111', '222222222222') }, 'log_group_arn'],
    [{ region: 'eu-west-1' }, 'region'],
    [{ start_time: 'yesterday' }, 'start_time'],
  ])('refuses %j before any AWS call', async (wrong, field) => {
    await expect(analyze({ ...args, ...wrong })).rejects.toThrow(new RegExp(`^${field}`));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
