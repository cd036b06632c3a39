import { describe, expect, it } from 'vitest';
import { MAX_DATAPOINTS, metricDataOutput, MetricSeries } from './metric-series.js';

const minute = (index: number): Date => new Date(Date.UTC(2026, 10, 21) + index * 60_000);
const part = (
  Id: string,
  Label: string,
  from: number,
  to: number,
  StatusCode: 'Complete' | 'PartialData' = 'Complete',
) => {
  const newestFirst = Array.from({ length: to - from }, (_, index) => to - 1 - index);
  return { Id, Label, StatusCode, Timestamps: newestFirst.map(minute), Values: newestFirst };
};

describe('MetricSeries', () => {
  it('joins the pages of a series, oldest point first', () => {
    const series = new MetricSeries();
    series.add({ MetricDataResults: [part('m1', 'cpu', 2, 4, 'PartialData')], NextToken: 'next' });
    series.add({ MetricDataResults: [part('m1', 'cpu', 0, 2)] });
    const output = series.toOutput(false);
    expect(output.metricDataResults).toHaveLength(1);
    expect(output.metricDataResults[0]).toMatchObject({ id: 'm1', label: 'cpu', statusCode: 'Complete', messages: [] });
    expect(output.metricDataResults[0]?.datapoints).toEqual([
      { timestamp: '2026-11-21T00:00:00Z', value: 0 },
      { timestamp: '2026-11-21T00:01:00Z', value: 1 },
      { timestamp: '2026-11-21T00:02:00Z', value: 2 },
      { timestamp: '2026-11-21T00:03:00Z', value: 3 },
    ]);
    expect(output.truncated).toBe(false);
  });

  it('keeps series of one id but several labels apart', () => {
    const series = new MetricSeries();
    series.add({ MetricDataResults: [part('m1', 'a', 1, 2), part('m1', 'b', 1, 2)] });
    series.add({ MetricDataResults: [part('m1', 'a', 0, 1), part('m1', 'b', 0, 1)] });
    const { metricDataResults } = series.toOutput(false);
    expect(metricDataResults.map(({ label, datapoints }) => [label, datapoints.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('cuts to the newest points of each series and says so', () => {
    const series = new MetricSeries();
    series.add({ MetricDataResults: [part('m1', 'a', 0, MAX_DATAPOINTS), part('m1', 'b', 0, 10)] });
    expect(series.full).toBe(true);
    const output = series.toOutput(false);
    const [a, b] = output.metricDataResults;
    expect(output).toMatchObject({ truncated: true, returned: MAX_DATAPOINTS, total: MAX_DATAPOINTS + 10 });
    expect(a?.datapoints).toHaveLength(MAX_DATAPOINTS - 10);
    expect(a?.datapoints.at(-1)?.value).toBe(MAX_DATAPOINTS - 1);
    expect(b?.datapoints).toHaveLength(10);
  });

  it('passes messages on and leaves out values that are no numbers', () => {
    const series = new MetricSeries();
    series.add({
      Messages: [{ Code: 'ArithmeticError', Value: 'divided by zero' }],
      MetricDataResults: [{ Id: 'e', Label: 'e', Timestamps: [minute(0), minute(1)], Values: [Number.NaN, 2] }],
    });
    const output = metricDataOutput.parse(series.toOutput(false));
    expect(output.messages).toEqual([{ code: 'ArithmeticError', value: 'divided by zero' }]);
    expect(output.metricDataResults[0]?.datapoints).toEqual([{ timestamp: '2026-11-21T00:01:00Z', value: 2 }]);
  });
});
