import { describe, expect, it } from 'vitest';
import { alarmDetails, detailsIn } from './alarm-details.js';

const detailsOf = detailsIn({
  MetricAlarms: [
    {
      AlarmName: 'latency',
      StateValue: 'OK',
      MetricName: 'Duration',
      Namespace: 'AWS/Lambda',
      Dimensions: [{ Name: 'FunctionName', Value: 'pay' }],
      ExtendedStatistic: 'p99',
      EvaluationPeriods: 2,
      Period: 60,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    },
    {
      AlarmName: 'ratio',
      EvaluationPeriods: 1,
      Metrics: [
        { Id: 'e', Expression: 'a / b' },
        { Id: 'a', MetricStat: { Metric: { Namespace: 'n', MetricName: 'a' }, Stat: 'Sum', Period: 120 } },
      ],
    },
  ],
  CompositeAlarms: [{ AlarmName: 'service', AlarmRule: 'ALARM(latency)', StateValue: 'ALARM' }],
});

describe('detailsIn', () => {
  it('shows a percentile as the statistic, and a threshold of zero', () => {
    expect(detailsOf('latency')).toMatchObject({
      statistic: 'p99',
      threshold: 0,
      dimensions: [{ FunctionName: 'pay' }],
      alarm_type: 'MetricAlarm',
      current_state: 'OK',
    });
  });

  it('has null for the threshold of an alarm without one, and the period of its metrics', () => {
    expect(detailsOf('ratio')).toMatchObject({ threshold: null, period: 120, metric_name: null });
  });

  it('shows the rule of a composite alarm and nothing of a metric', () => {
    expect(detailsOf('service')).toMatchObject({ alarm_rule: 'ALARM(latency)', metric_name: null, dimensions: [] });
  });

  it('says so when there is no such alarm', () => {
    const details = alarmDetails.parse(detailsOf('gone'));
    expect(details).toMatchObject({
      alarm_name: 'gone',
      alarm_type: 'Unknown',
      current_state: 'Unknown',
      alarm_description: 'Alarm not found',
    });
  });
});
