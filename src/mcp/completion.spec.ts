import { describe, expect, it } from 'vitest';
import { completionsOf, MAX_COMPLETIONS } from './completion.js';

describe('completionsOf', () => {
  it('keeps what begins as typed, letter case aside, once each and in order', () => {
    expect(completionsOf(['AWS/S3', 'aws/EC2', 'Custom', 'AWS/S3'], 'Aws/')).toEqual({
      values: ['AWS/S3', 'aws/EC2'],
      more: false,
    });
  });

  it('gives as many as an answer holds and says that there are more', () => {
    const { values, more } = completionsOf(
      Array.from({ length: 150 }, (_, index) => `name-${index}`),
      '',
    );
    expect([values.length, more]).toEqual([MAX_COMPLETIONS, true]);
    expect(completionsOf(['a'], 'a', true)).toEqual({ values: ['a'], more: true });
  });
});
