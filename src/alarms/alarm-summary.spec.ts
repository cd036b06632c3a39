import { describe, expect, it } from 'vitest';
import { compositeAlarmSummary, logAlarmSummary, metricAlarmSummary, toSummaries } from './alarm-summary.js';

const AROUND = { region: 'eu-west-1', mutedBy: () => [] };
const STATE = { StateValue: 'ALARM', StateReason: 'too high', ActionsEnabled: false } as const;
const metric = (rest: object) => {
  const [summary] = toSummaries({ MetricAlarms: [{ AlarmName: 'a', ...STATE, ...rest }] }, AROUND);
  return metricAlarmSummary.parse(summary);
};
const requests = {
  Metric: { Namespace: 'AWS/ELB', MetricName: 'RequestCount', Dimensions: [{ Name: 'LoadBalancer', Value: 'web' }] },
  Stat: 'Sum',
  Period: 60,
};

describe('toSummaries', () => {
  it('shows the expression of an alarm on metric math, and the metrics behind it', () => {
    const summary = metric({
      Threshold: 5,
      Metrics: [
        { Id: 'm1', MetricStat: requests, ReturnData: false },
        { Id: 'm2', MetricStat: { ...requests, Stat: 'p90' }, ReturnData: false, AccountId: '222222222222' },
        { Id: 'e1', Expression: '100 * m1 / m2', ReturnData: true, Period: 60 },
      ],
    });
    expect(summary).toMatchObject({
      metric_name: '',
      namespace: '',
      statistic: null,
      threshold: 5,
      expression: '100 * m1 / m2',
      anomaly_band: null,
    });
    const source = {
      namespace: 'AWS/ELB',
      metric_name: 'RequestCount',
      dimensions: { LoadBalancer: 'web' },
      period: 60,
    };
    expect(summary.metrics).toEqual([
      { id: 'm1', ...source, statistic: 'Sum' },
      { id: 'm2', ...source, statistic: 'p90', account_id: '222222222222' },
      { id: 'e1', expression: '100 * m1 / m2', period: 60 },
    ]);
  });

  it('shows the band and the metric of an alarm on anomalies, and no threshold', () => {
    const summary = metric({
      ComparisonOperator: 'GreaterThanUpperThreshold',
      ThresholdMetricId: 'ad1',
      Metrics: [
        { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 2)' },
        { Id: 'm1', MetricStat: { ...requests, Stat: 'p99' } },
      ],
    });
    expect(summary).toMatchObject({
      metric_name: 'RequestCount',
      namespace: 'AWS/ELB',
      dimensions: [{ Name: 'LoadBalancer', Value: 'web' }],
      statistic: 'p99',
      extended_statistic: 'p99',
      expression: null,
      anomaly_band: 'ANOMALY_DETECTION_BAND(m1, 2)',
      threshold: null,
    });
  });

  it('shows the query of a PromQL alarm', () => {
    const summary = metric({ EvaluationCriteria: { PromQLCriteria: { Query: 'rate(errors[5m]) > 1' } } });
    expect(summary).toMatchObject({ expression: 'rate(errors[5m]) > 1', threshold: null, metrics: null });
  });

  it('keeps a threshold of zero, and a plain statistic apart from a percentile', () => {
    const plain = { MetricName: 'Errors', Namespace: 'AWS/Lambda', Statistic: 'Sum', Threshold: 0 };
    expect(metric(plain)).toMatchObject({ threshold: 0, statistic: 'Sum', extended_statistic: null, metrics: null });
    expect(metric({ ...plain, Statistic: undefined, ExtendedStatistic: 'tm95' })).toMatchObject({
      statistic: 'tm95',
      extended_statistic: 'tm95',
    });
  });

  it('tells what keeps actions back, and what is wrong with an evaluation', () => {
    expect(metric({ EvaluationState: 'PARTIAL_DATA' })).toMatchObject({
      actions_enabled: false,
      alarm_actions: [],
      muted_by: [],
      evaluation_state: 'PARTIAL_DATA',
    });
    const suppressed = {
      ActionsSuppressor: 'deployment',
      ActionsSuppressedBy: 'WaitPeriod',
      ActionsSuppressedReason: 'waiting',
    } as const;
    const [composite] = toSummaries({ CompositeAlarms: [{ AlarmName: 'c', ...STATE, ...suppressed }] }, AROUND);
    expect(compositeAlarmSummary.parse(composite)).toMatchObject({
      actions_suppressor: 'deployment',
      actions_suppressed_by: 'WaitPeriod',
      actions_suppressed_reason: 'waiting',
    });
  });

  it('is complete for alarms of which AWS says nothing, and for names no address can hold', () => {
    const empty = { AlarmName: 'half \ud800 a character' };
    const all = toSummaries({ MetricAlarms: [empty], CompositeAlarms: [empty], LogAlarms: [empty] }, AROUND);
    expect(() =>
      [compositeAlarmSummary, metricAlarmSummary, logAlarmSummary].map((schema, at) => schema.parse(all[at])),
    ).not.toThrow();
    expect(all.map(({ console_url }) => new URL(console_url).host)).toEqual(
      Array.from({ length: 3 }, () => 'eu-west-1.console.aws.amazon.com'),
    );
  });
});
