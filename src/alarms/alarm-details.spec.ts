import { describe, expect, it } from 'vitest';
import { alarmDetails, detailsOf } from './alarm-details.js';
import { namedAlarms } from './named-alarm.js';

const alarms = namedAlarms({
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
  LogAlarms: [
    {
      AlarmName: 'lines',
      StateValue: 'OK',
      ScheduledQueryConfiguration: {
        QueryString: 'filter level = "ERROR"',
        ScheduledQueryRoleARN: 'arn:aws:iam::111111111111:role/q',
        ScheduleConfiguration: { ScheduleExpression: 'rate(5 minutes)', StartTimeOffset: 300 },
        AggregationExpression: 'count(*)',
      },
      QueryResultsToEvaluate: 3,
      Threshold: 10,
    },
  ],
  CompositeAlarms: [{ AlarmName: 'service', AlarmRule: 'ALARM(latency)', StateValue: 'ALARM' }],
});
const details = (name: string) =>
  detailsOf(
    name,
    alarms.find(({ alarm }) => alarm.AlarmName === name),
  );

describe('detailsOf', () => {
  it('shows a percentile as the statistic, and a threshold of zero', () => {
    expect(details('latency')).toMatchObject({
      statistic: 'p99',
      threshold: 0,
      dimensions: [{ FunctionName: 'pay' }],
      alarm_type: 'MetricAlarm',
      current_state: 'OK',
    });
  });

  it('has null for the threshold of an alarm without one, and the period of its metrics', () => {
    expect(details('ratio')).toMatchObject({ threshold: null, period: 120, metric_name: null });
  });

  it('shows the rule of a composite alarm and nothing of a metric', () => {
    expect(details('service')).toMatchObject({ alarm_rule: 'ALARM(latency)', metric_name: null, dimensions: [] });
  });

  it('shows the query of a log alarm', () => {
    expect(details('lines')).toMatchObject({
      alarm_type: 'LogAlarm',
      expression: 'filter level = "ERROR"',
      evaluation_periods: 3,
      threshold: 10,
    });
  });

  it('says so when there is no such alarm', () => {
    const gone = alarmDetails.parse(details('gone'));
    expect(gone).toMatchObject({
      alarm_name: 'gone',
      alarm_type: 'Unknown',
      current_state: 'Unknown',
      alarm_description: 'Alarm not found',
    });
  });
});
