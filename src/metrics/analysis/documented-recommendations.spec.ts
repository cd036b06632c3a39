import { describe, expect, it } from 'vitest';
import type { DocumentedAlarm } from '../metadata/metric-metadata.js';
import { documentedRecommendation, matchingAlarms } from './documented-recommendations.js';

const alarm = (dimensions: DocumentedAlarm['dimensions'], staticValue: number | null = null): DocumentedAlarm => ({
  alarmDescription: 'd',
  intent: 'i',
  threshold: { staticValue, justification: 'Take what you accept.' },
  comparisonOperator: 'GreaterThanThreshold',
  statistic: 'p99',
  period: 60,
  evaluationPeriods: 5,
  datapointsToAlarm: 4,
  treatMissingData: 'missing',
  dimensions,
});
const given = [
  { name: 'QueueName', value: 'orders' },
  { name: 'Stage', value: 'prod' },
];

describe('matchingAlarms', () => {
  it.each([
    ['no dimensions', [], 1],
    ['one that is given', [{ name: 'QueueName' }], 1],
    ['one with the value given', [{ name: 'QueueName', value: 'orders' }], 1],
    ['one with another value', [{ name: 'QueueName', value: 'mails' }], 0],
    ['one that is not given', [{ name: 'QueueName' }, { name: 'Region' }], 0],
    ['one of other letters', [{ name: 'queuename' }], 0],
  ])('with %s: %j', (_case, dimensions, count) => {
    expect(matchingAlarms([alarm(dimensions)], given)).toHaveLength(count);
  });
});

describe('documentedRecommendation', () => {
  it('keeps a documented number', () => {
    const recommendation = documentedRecommendation(alarm([], 80), given, { value: 5, justification: 'Computed.' });
    expect(recommendation.threshold).toEqual({
      staticValue: 80,
      source: 'documented',
      justification: 'Take what you accept.',
    });
    expect(recommendation).toMatchObject({ statistic: 'p99', period: 60, dimensions: given });
  });

  it.each([
    [{ value: 7, justification: 'Computed.' }, { staticValue: 7, source: 'computed' }, /^Computed\. Take/],
    [{ value: null, justification: 'Too few.' }, { staticValue: null, source: 'none' }, /^Too few\. Take/],
    [undefined, { staticValue: null, source: 'none' }, /^Take/],
  ])('without one and %j says %j', (computed, threshold, justification) => {
    const recommendation = documentedRecommendation(alarm([]), given, computed);
    expect(recommendation.threshold).toMatchObject(threshold);
    expect(recommendation.threshold.justification).toMatch(justification);
  });
});
