import type { AlarmRecommendation } from './alarm-recommendation.js';
import type { AnalysedMetric } from './metric-input.js';

const SENSITIVITY = 2;
const PERIOD_SECONDS = 300;
const PERIODS = 2;
const COMPARISON = 'LessThanLowerOrGreaterThanUpperThreshold';
const MAX_LOGICAL_ID = 255;

const SEASON_NAMES: Readonly<Record<number, string>> = {
  900: '15 minutes',
  3_600: 'hour',
  21_600: '6 hours',
  86_400: 'day',
  604_800: 'week',
};

/** An anomaly detection alarm for a metric that repeats, on its own dimensions and with the caller's statistic. */
export function anomalyRecommendation(
  metric: AnalysedMetric,
  season: { readonly seconds: number; readonly strength: number },
): AlarmRecommendation {
  const every = SEASON_NAMES[season.seconds] ?? `${season.seconds} seconds`;
  const alarmDescription = `${metric.metricName} leaves the band that its own past lets expect for the time.`;
  return {
    alarmDescription,
    threshold: {
      sensitivity: SENSITIVITY,
      source: 'computed',
      justification: `Over the last 14 days the metric repeats every ${every}; that explains ${Math.round(season.strength * 100)} % of its variance, so a band that follows the clock finds more than any fixed number.`,
    },
    period: PERIOD_SECONDS,
    comparisonOperator: COMPARISON,
    statistic: metric.statistic,
    evaluationPeriods: PERIODS,
    datapointsToAlarm: PERIODS,
    treatMissingData: 'missing',
    dimensions: metric.dimensions.map((own) => ({ ...own })),
    intent: `Find unusual values of ${metric.metricName} at any time of its cycle.`,
    cloudformation_template: anomalyTemplate(metric, alarmDescription),
  };
}

/** A CloudFormation template with the detector and the alarm over its band. */
function anomalyTemplate(metric: AnalysedMetric, AlarmDescription: string): Record<string, unknown> {
  const { namespace: Namespace, metricName: MetricName, statistic: Stat } = metric;
  const Dimensions = metric.dimensions.map(({ name, value }) => ({ Name: name, Value: value }));
  const own = { Namespace, MetricName, Stat, Dimensions };
  const account = metric.accountId === undefined ? undefined : { AccountId: metric.accountId };
  const words = [Namespace, MetricName, ...metric.dimensions.flatMap(({ name, value }) => [name, value])];
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Anomaly detection for ${Namespace} ${MetricName}`,
    Resources: {
      [logicalId(words, 'AnomalyDetector')]: {
        Type: 'AWS::CloudWatch::AnomalyDetector',
        Properties: account === undefined ? own : { SingleMetricAnomalyDetector: { ...account, ...own } },
      },
      [logicalId(words, 'AnomalyAlarm')]: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmDescription,
          ComparisonOperator: COMPARISON,
          EvaluationPeriods: PERIODS,
          DatapointsToAlarm: PERIODS,
          TreatMissingData: 'missing',
          ThresholdMetricId: 'ad1',
          Metrics: [
            {
              Id: 'm1',
              ...account,
              MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: PERIOD_SECONDS, Stat },
              ReturnData: true,
            },
            { Id: 'ad1', Expression: `ANOMALY_DETECTION_BAND(m1, ${SENSITIVITY})`, ReturnData: true },
          ],
        },
      },
    },
  };
}

/** Letters and digits only, 255 at most, as CloudFormation asks. */
function logicalId(words: readonly string[], ending: string): string {
  const name = words.map((word) => word.replace(/[^A-Za-z0-9]/g, '')).join('') || 'Metric';
  return `${name.slice(0, MAX_LOGICAL_ID - ending.length)}${ending}`;
}
