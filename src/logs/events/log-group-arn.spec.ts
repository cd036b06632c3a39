import { describe, expect, it } from 'vitest';
import { arnOfLogGroup } from './log-group-arn.js';

describe('arnOfLogGroup', () => {
  it.each([
    ['eu-west-1', 'arn:aws:logs:eu-west-1:111111111111:log-group:/a'],
    ['cn-north-1', 'arn:aws-cn:logs:cn-north-1:111111111111:log-group:/a'],
    ['us-gov-west-1', 'arn:aws-us-gov:logs:us-gov-west-1:111111111111:log-group:/a'],
  ])('lies in the partition of %s', (region, arn) => {
    expect(arnOfLogGroup('/a', region, '111111111111')).toBe(arn);
  });
});
