import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOfAccount, fieldsOfPolicies } from './index-policies.js';
import { FULL_WEIGHTS, scoreOf, scoreParts } from './index-score.js';

describe('fieldsOfAccount', () => {
  const holds = (selectionCriteria: string | undefined, group: string) =>
    fieldsOfAccount([{ policyDocument: '{"Fields":["a"]}', selectionCriteria }], group).has('a');

  it.each([
    [undefined, true],
    ['', true],
    ['LogGroupNamePrefix = "/shop/"', true],
    ['LogGroupNamePrefix = /shop/', true],
    ['LogGroupNamePrefix IN ["/other/", "/shop/"]', true],
    ['LogGroupNamePrefix NOT IN ["/other/"]', true],
    ['LogGroupNamePrefix = "/other/"', false],
    ['LogGroupNamePrefix NOT IN ["/shop/"]', false],
    ['DataSourceName = "amazon_vpc" AND DataSourceType = "flow"', false],
  ])('reads the criteria %j', (criteria, expected) => {
    expect(holds(criteria, '/shop/web')).toBe(expected);
  });
});

describe('fieldsOfPolicies', () => {
  it('reads both forms of a document', () => {
    const policyDocument = '{"Fields":["a"],"FieldsV2":{"b":{"type":"FACET"}}}';
    expect(Object.fromEntries(fieldsOfPolicies([{ policyDocument, source: 'ACCOUNT' }]))).toEqual({
      a: 'ACCOUNT',
      b: 'ACCOUNT',
    });
  });

  it('takes any text for a document', () => {
    const documents = fc.oneof(fc.string(), fc.json());
    fc.assert(fc.property(documents, (policyDocument) => void fieldsOfPolicies([{ policyDocument }])));
  });
});

describe('scoreOf', () => {
  const now = new Date('2026-11-20T10:00:00Z');
  const scale = { now, mostQueries: 10, mostBytes: 0, storedScore: 1 };
  const history = { field: 'a', queries: 10, equality: 10, lastUsed: now.getTime(), bytes: 0 };

  it('is 1 for the best there can be, and falls by half each week in its recency', () => {
    expect(scoreOf(scoreParts(history, scale, 5_000), FULL_WEIGHTS)).toBe(1);
    const older = { ...history, lastUsed: now.getTime() - 7 * 86_400_000 };
    expect(scoreParts(older, scale).recency_score).toBe(0.5);
  });

  it('is halved without a comparison by equality', () => {
    const never = scoreParts({ ...history, equality: 0 }, scale, 1_000);
    expect(scoreOf(never, FULL_WEIGHTS)).toBeCloseTo(0.375, 4);
  });
});
