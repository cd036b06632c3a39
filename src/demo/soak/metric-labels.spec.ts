import { describe, expect, it } from 'vitest';
import { labelProblems, seriesIn } from './metric-labels.js';

describe('seriesIn', () => {
  it('reads names and labels, with commas, braces and quotes inside values', () => {
    const text = '# HELP a b\na{x="1,}",y="say \\"hi\\""} 3\nb 4\n\n';
    expect(seriesIn(text)).toEqual([
      { name: 'a', labels: { x: '1,}', y: 'say \\"hi\\"' } },
      { name: 'b', labels: {} },
    ]);
  });
});

describe('labelProblems', () => {
  it.each([
    ['an ARN', 'arn:aws:iam::111111111111:role/Reader'],
    ['an account', '111111111111'],
    ['an address', '203.0.113.9'],
    ['an address', '2001:db8::1'],
    ['a token', 'eyJhbGciOiJSUzI1NiJ9'],
    ['a user', 'user-17'],
    ['a user', 'alice@example.com'],
    ['a log group', '/aws/lambda/pay'],
    ['a key id', '9f86d081884c7d659a2feaa0c55ad015'],
  ])('finds %s in %s', (what, value) => {
    expect(labelProblems([{ name: 'm', labels: { l: value } }])).toContain(`m{l="${value}"} holds ${what}`);
  });

  it('accepts words of a closed list', () => {
    const labels = { tool: 'get_metric_data', reason: 'unknown_kid', le: '0.25', outcome: 'ok', kind: 'assume-role' };
    expect(labelProblems([{ name: 'm', labels }])).toEqual([]);
  });
});
