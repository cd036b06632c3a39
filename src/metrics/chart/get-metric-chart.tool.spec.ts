import type { GetMetricWidgetImageInput } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RigCall, startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import type { ToolCall, ToolImage } from '../../mcp/tool.js';
import { MetricSeries } from '../metric-series.js';
import { MetricsModule } from '../metrics.module.js';
import { getMetricChart, GetMetricChartTool } from './get-metric-chart.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const chart = (args: object, options?: RigCall) => rig.call(GetMetricChartTool, getMetricChart, args, options);
const widget = (): Record<string, unknown> =>
  JSON.parse((rig.aws.calls.of('GetMetricWidgetImage')[0]!.input as GetMetricWidgetImageInput).MetricWidget!);

const PAYMENTS = { namespace: 'AWS/Lambda', dimensions: [{ name: 'FunctionName', value: 'payments' }] };
const ERRORS = { ...PAYMENTS, metric_name: 'Errors', statistic: 'Sum' };
const CALLS = { ...PAYMENTS, metric_name: 'Invocations', statistic: 'Sum' };

describe('get_metric_chart', () => {
  it('draws metrics and math as the caller, and says in numbers what it shows', async () => {
    const images: ToolImage[] = [];
    const answer = await chart(
      {
        metrics: [ERRORS, CALLS],
        expressions: [{ expression: '100 * m1 / m2', label: 'Error rate' }],
        title: 'Payments',
        width: 640,
      },
      { images },
    );
    expect(answer).toMatchObject({ title: 'Payments', image: true, message: null, alarm_line: null });
    expect(answer.series.map(({ label }) => label)).toContain('Error rate');
    for (const { datapoints, minimum, average, maximum } of answer.series) {
      expect(datapoints).toBeGreaterThan(0);
      expect(minimum).toBeLessThanOrEqual(average ?? 0);
      expect(average).toBeLessThanOrEqual(maximum ?? 0);
    }
    expect(images).toHaveLength(1);
    const png = Buffer.from(images[0]?.bytes ?? []);
    expect([images[0]?.mimeType, png.subarray(1, 4).toString(), png.readUInt32BE(16)]).toEqual([
      'image/png',
      'PNG',
      640,
    ]);
    expect(widget()).toMatchObject({
      title: 'Payments',
      metrics: [
        ['AWS/Lambda', 'Errors', 'FunctionName', 'payments', { id: 'm1', stat: 'Sum' }],
        ['AWS/Lambda', 'Invocations', 'FunctionName', 'payments', { id: 'm2' }],
        [{ id: 'e1', expression: '100 * m1 / m2', label: 'Error rate' }],
      ],
    });
    for (const operation of ['GetMetricWidgetImage', 'GetMetricData']) {
      expect(rig.aws.calls.of(operation).map(({ principalArn }) => principalArn)).toEqual([
        expect.stringContaining(':111111111111:assumed-role/CloudWatchReader/'),
      ]);
    }
  });

  it('draws what an alarm watches with its line, and counts the points beyond it', async () => {
    const answer = await chart({ alarm_name: 'payments-duration-p99', lines: [{ time: 'now-1h', label: 'deploy' }] });
    expect(answer).toMatchObject({ title: 'payments-duration-p99', alarm_line: 3_000 });
    expect(answer.series[0]?.beyond_alarm).toBeGreaterThan(0);
    expect(widget()).toMatchObject({
      annotations: { horizontal: [{ value: 3_000, label: 'Alarm' }], vertical: [{ label: 'deploy' }] },
    });
  });

  it('hands the points behind the numbers to its page, with the marks of the caller and the unit', async () => {
    const charts: Parameters<ToolCall['draw']>[0][] = [];
    const answer = await chart(
      { alarm_name: 'payments-duration-p99', lines: [{ value: 5, label: 'budget' }] },
      { charts },
    );
    expect(charts).toHaveLength(1);
    const [{ series = [], marks, unit } = {}] = charts;
    expect(series.map(({ label, points }) => [label, points.length])).toEqual(
      answer.series.map(({ label, datapoints }) => [label, datapoints]),
    );
    const { start, end } = answer.time_range;
    for (const [seconds] of series[0]?.points ?? []) {
      expect(seconds * 1_000).toBeGreaterThanOrEqual(Date.parse(start));
      expect(seconds * 1_000).toBeLessThanOrEqual(Date.parse(end));
    }
    expect(marks).toEqual([{ label: 'budget', value: 5 }]);
    expect(unit).toBe('Milliseconds');
  });

  it('gives the numbers when there can be no image, and says why', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricWidgetImage', kind: 'access-denied' });
    const images: ToolImage[] = [];
    const { series, image, message } = await chart({ metrics: [ERRORS] }, { images });
    expect([series.length, image, images]).toEqual([1, false, []]);
    expect(message).toContain('cloudwatch:GetMetricWidgetImage');
  });

  it('says when not all numbers are there, beside the image too', async () => {
    const toOutput = Reflect.get(MetricSeries.prototype, 'toOutput');
    vi.spyOn(MetricSeries.prototype, 'toOutput').mockImplementation(function (this: MetricSeries) {
      return toOutput.call(this, true);
    });
    const { image, message } = await chart({ metrics: [ERRORS] });
    vi.restoreAllMocks();
    expect(image).toBe(true);
    expect(message).toMatch(/^Not all data: the numbers are of the newest \d+ points; chart fewer metrics/);
  });

  it('fails with the reason when there are no numbers', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetMetricData', kind: 'throttle' });
    await expect(chart({ metrics: [ERRORS] })).rejects.toMatchObject({ code: 'aws_throttled' });
  });

  it('says of a metric without data that there is none', async () => {
    const { series } = await chart({
      metrics: [{ ...ERRORS, dimensions: [{ name: 'FunctionName', value: 'nobody' }] }],
    });
    expect(series).toEqual([expect.objectContaining({ datapoints: 0, minimum: null, last: null, maximum_at: null })]);
  });

  it("does not know another account's alarm", async () => {
    await expect(chart({ alarm_name: 'routing-memory-high' })).rejects.toMatchObject({ code: 'aws_not_found' });
  });

  it.each([
    [{}, 'metrics'],
    [{ metrics: [ERRORS], alarm_name: 'a' }, 'metrics'],
    [{ metrics: [] }, 'metrics'],
    [{ metrics: [ERRORS], width: 5_000 }, 'width'],
    [{ metrics: [{ ...ERRORS, statistic: 'p99; DROP' }] }, 'metrics.0.statistic'],
    [{ metrics: [ERRORS], lines: [{ label: 'x' }] }, 'lines.0'],
    [{ metrics: [ERRORS], lines: [{ label: 'x', time: '2026-02-30' }] }, 'lines.0.time'],
    [{ metrics: [ERRORS], start_time: 'now', end_time: 'now-1h' }, 'start_time'],
    [
      { metrics: [ERRORS], expressions: [{ expression: "SELECT AVG(x) FROM y WHERE AWS.AccountId = '222222222222'" }] },
      'queries.1.expression',
    ],
  ])('refuses %j before any AWS call', async (args, field) => {
    await expect(chart(args)).rejects.toThrow(new RegExp(`^${field}: `));
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
