import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anomalyRecommendation } from './anomaly-recommendation.js';

const metric = {
  namespace: 'AWS/EC2',
  metricName: 'CPUUtilization',
  statistic: 'Maximum',
  dimensions: [{ name: 'InstanceId', value: 'i-1' }],
};
const day = { seconds: 86_400, strength: 0.62 };

describe('anomalyRecommendation', () => {
  it('is about the metric asked for, with its statistic and dimensions', () => {
    expect(anomalyRecommendation(metric, day)).toMatchObject({
      threshold: {
        sensitivity: 2,
        source: 'computed',
        justification: expect.stringContaining('repeats every day; that explains 62 % of its variance'),
      },
      period: 300,
      comparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold',
      statistic: 'Maximum',
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      treatMissingData: 'missing',
      dimensions: [{ name: 'InstanceId', value: 'i-1' }],
    });
  });

  it('comes with a template of the detector and the alarm over its band', () => {
    const Dimensions = [{ Name: 'InstanceId', Value: 'i-1' }];
    const Metric = { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Dimensions };
    expect(anomalyRecommendation(metric, day).cloudformation_template).toMatchObject({
      AWSTemplateFormatVersion: '2010-09-09',
      Resources: {
        AWSEC2CPUUtilizationInstanceIdi1AnomalyDetector: {
          Type: 'AWS::CloudWatch::AnomalyDetector',
          Properties: { ...Metric, Stat: 'Maximum' },
        },
        AWSEC2CPUUtilizationInstanceIdi1AnomalyAlarm: {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: {
            ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold',
            EvaluationPeriods: 2,
            ThresholdMetricId: 'ad1',
            Metrics: [
              { Id: 'm1', MetricStat: { Metric, Period: 300, Stat: 'Maximum' } },
              { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 2)' },
            ],
          },
        },
      },
    });
  });

  it("of a linked account's metric says in the template where the metric is", () => {
    const linked = anomalyRecommendation({ ...metric, accountId: '222222222222' }, day).cloudformation_template;
    const Dimensions = [{ Name: 'InstanceId', Value: 'i-1' }];
    const Metric = { Namespace: 'AWS/EC2', MetricName: 'CPUUtilization', Dimensions };
    expect(linked).toMatchObject({
      Resources: {
        AWSEC2CPUUtilizationInstanceIdi1AnomalyDetector: {
          Properties: {
            SingleMetricAnomalyDetector: { AccountId: '222222222222', ...Metric, Stat: 'Maximum' },
          },
        },
        AWSEC2CPUUtilizationInstanceIdi1AnomalyAlarm: {
          Properties: { Metrics: [{ Id: 'm1', AccountId: '222222222222' }, { Id: 'ad1' }] },
        },
      },
    });
    expect(JSON.stringify(anomalyRecommendation(metric, day))).not.toContain('AccountId');
  });

  it('names its resources as CloudFormation allows, whatever the metric is called', () => {
    const text = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 200, maxLength: 300 }));
    fc.assert(
      fc.property(text, text, text, (namespace, metricName, value) => {
        const template = anomalyRecommendation(
          { ...metric, namespace, metricName, dimensions: [{ name: 'D', value }] },
          day,
        ).cloudformation_template as { Resources: object };
        const names = Object.keys(template.Resources);
        expect(names).toHaveLength(2);
        for (const name of names) expect(name).toMatch(/^[A-Za-z0-9]{1,255}$/);
      }),
    );
  });
});
