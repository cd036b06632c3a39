import { describe, expect, it } from 'vitest';
import { callsPerSecond } from './aws-quotas.js';

describe('callsPerSecond', () => {
  it.each([
    ['cloudwatch:DescribeAlarms', 'eu-west-1', 9],
    ['cloudwatch:GetMetricData', 'us-east-1', 500],
    ['logs:FilterLogEvents', 'us-east-1', 25],
    ['logs:FilterLogEvents', 'eu-central-1', 5],
    ['logs:FilterLogEvents', 'eu-west-1', 10],
    ['logs:GetLogEvents', 'eu-west-3', 30],
    ['logs:GetLogEvents', 'us-east-1', 25],
    ['logs:SomethingNew', 'us-east-1', 10],
  ])('of %s in %s is %s', (operation, region, perSecond) => {
    expect(callsPerSecond(operation, region)).toBe(perSecond);
  });
});
