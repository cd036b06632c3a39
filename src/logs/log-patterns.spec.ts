import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.js';
import { patternResult, toPatternAnswer, toPatternResult } from './log-patterns.js';

const state = (row: Record<string, string>) => ({
  queryId: 'aws-id',
  status: 'Complete',
  statistics: { bytesScanned: 2_000_000_000 },
  rows: { items: [row], nextCursor: null },
  fromStart: true,
});
const BUDGET = 10_000;

describe('toPatternResult', () => {
  it('drops what only a renderer needs and keeps one sample', () => {
    const row = {
      '@pattern': 'error <*>',
      '@sampleCount': '4',
      '@tokens': '[]',
      '@visualization': '{}',
      '@logSamples': JSON.stringify([
        { timestamp: 1, message: 'error 1' },
        { timestamp: 2, message: 'error 2' },
      ]),
    };
    expect(patternResult.parse(toPatternResult('id', state(row), BUDGET)).results).toEqual([
      { '@pattern': 'error <*>', '@sampleCount': '4', '@logSamples': [{ timestamp: 1, message: 'error 1' }] },
    ]);
  });

  it('leaves samples that are no JSON as they are', () => {
    expect(toPatternResult('id', state({ '@logSamples': 'error 1' }), BUDGET).results).toEqual([
      { '@logSamples': 'error 1' },
    ]);
  });

  it('cuts rows beyond the budget and says so', () => {
    const result = toPatternResult('id', state({ '@pattern': 'x'.repeat(BUDGET) }), BUDGET);
    expect(result).toMatchObject({ results: [], truncated: true });
  });
});

describe('toPatternAnswer', () => {
  const handleOf = (queryId: string): string => `${queryId}.sealed`;

  it('gives the handle of a query that ran, and what it cost', () => {
    const cost = { bytes_scanned: 2_000_000_000, gb_scanned: 2, estimated_usd: 0.01 };
    expect(toPatternAnswer(state({}), handleOf, BUDGET)).toMatchObject({ queryId: 'aws-id.sealed', cost });
  });

  it('tells why a query failed', () => {
    const answer = toPatternAnswer(new ServiceError('aws_throttled', 'Too fast.'), handleOf, BUDGET);
    expect(patternResult.parse(answer)).toMatchObject({
      queryId: '',
      status: 'Error',
      message: 'Too fast.',
      cost: null,
    });
  });
});
