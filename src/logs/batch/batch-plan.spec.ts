import { describe, expect, it } from 'vitest';
import { checkParts, planChunks } from './batch-plan.js';
import { queryShape } from './query-shape.js';

const owners = (...regions: string[]) => new Map(regions.map((region) => [region, { account: '111111111111' }]));
const arn = (region: string, name: string, account = '111111111111') =>
  `arn:aws:logs:${region}:${account}:log-group:${name}`;
const names = (count: number) => Array.from({ length: count }, (_, index) => `/g/${index}`);
const shown = (chunks: ReturnType<typeof planChunks>) =>
  chunks.map(({ region, logGroups }) => [region, logGroups.length]);

describe('planChunks', () => {
  it('reads names everywhere, ARNs in their own Region, and no Region that has none', () => {
    const chunks = planChunks([arn('us-east-1', '/a')], owners('us-east-1', 'eu-west-1'));
    expect(shown(chunks)).toEqual([['us-east-1', 1]]);
    expect(shown(planChunks(names(101), owners('us-east-1', 'eu-west-1')))).toEqual([
      ['us-east-1', 50],
      ['us-east-1', 50],
      ['us-east-1', 1],
      ['eu-west-1', 50],
      ['eu-west-1', 50],
      ['eu-west-1', 1],
    ]);
  });

  it('keeps a log group of a linked account apart from an own one of that name', () => {
    const linked = arn('us-east-1', '/a', '222222222222');
    const [chunk] = planChunks(['/a', arn('us-east-1', '/a'), `${linked}:*`], owners('us-east-1'));
    expect(chunk?.logGroups).toEqual(['/a', linked]);
  });
});

describe('checkParts', () => {
  const refusal =
    (query: string, count: number, regions = ['us-east-1']) =>
    () =>
      checkParts(planChunks(names(count), owners(...regions)), queryShape(query));

  it('refuses parts that cannot be put together, and only those', () => {
    expect(refusal('stats avg(a)', 51)).toThrow(/^query_string: /);
    expect(refusal('stats avg(a)', 50, ['us-east-1', 'eu-west-1'])).not.toThrow();
    expect(refusal('stats sum(a)', 51)).not.toThrow();
    expect(refusal('fields a', 51)).not.toThrow();
  });
});
