import { describe, expect, it } from 'vitest';
import { patternResult, toPatternResult } from './log-patterns.js';

const state = (row: Record<string, string>) => ({ status: 'Complete', rows: { items: [row], truncated: false } });

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
    expect(patternResult.parse(toPatternResult('id', state(row))).results).toEqual([
      { '@pattern': 'error <*>', '@sampleCount': '4', '@logSamples': [{ timestamp: 1, message: 'error 1' }] },
    ]);
  });

  it('leaves samples that are no JSON as they are', () => {
    expect(toPatternResult('id', state({ '@logSamples': 'error 1' })).results).toEqual([{ '@logSamples': 'error 1' }]);
  });
});
