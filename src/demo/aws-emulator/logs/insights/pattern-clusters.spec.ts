import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterMessages, severityOf } from './pattern-clusters.js';

function patternsOf(...texts: readonly string[]): string[] {
  return clusterMessages(texts.map((text) => ({ text }))).map(({ pattern }) => pattern);
}

const word = fc.constantFrom('order', 'placed', 'failed', 'for', 'user', 'in', 'GET', '/cart', 'ERROR', '(x)', 'a.b');
const varying = fc.oneof(
  fc.nat().map(String),
  fc.uuid(),
  fc.ipV4(),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
  fc.nat(99_999).map((value) => `sku-${value}`),
);
const message = fc.array(fc.oneof(word, varying), { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));

describe('clusterMessages', () => {
  it('puts every message into exactly one cluster, whose expression matches it', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (texts) => {
        const messages = texts.map((text) => ({ text }));
        const clusters = clusterMessages(messages);
        expect(new Set(clusters.flatMap(({ members }) => members))).toEqual(new Set(messages));
        expect(clusters.reduce((sum, { members }) => sum + members.length, 0)).toBe(messages.length);
        for (const { regex, members } of clusters) {
          for (const { text } of members) expect(text).toMatch(new RegExp(regex, 's'));
        }
      }),
    );
  });

  it('begins with the largest cluster', () => {
    expect(patternsOf('a b', 'x 1', 'x 2', 'x 3')).toEqual(['x <Number-1>', 'a b']);
  });

  it('names what varies by its kind and counts the places', () => {
    const line = '2026-11-21T10:00:00.123Z 203.0.113.7 GET /p 200 85.5ms id=0f8d6f2e-1111-4222-a333-444455556666 n=3';
    expect(patternsOf(line)).toEqual(['<Time-1> <IPAddress-2> GET /p <Number-3> <ID-4> id=<UUID-5> n=<Number-6>']);
  });

  it('joins long messages that differ in one word', () => {
    expect(patternsOf('tour through Hamburg is planned now', 'tour through Berlin is planned now')).toEqual([
      'tour through <Token-1> is planned now',
    ]);
  });

  it('keeps messages of different severity, and short messages, apart', () => {
    expect(patternsOf('INFO the long job has ended well', 'ERROR the long job has ended well')).toHaveLength(2);
    expect(patternsOf('cache hit', 'cache miss')).toHaveLength(2);
  });
});

describe('severityOf', () => {
  it.each([
    ['java.lang.IllegalStateException: no', 'Error'],
    ['{"level":"ERROR"}', 'Error'],
    ['[WARN] slow', 'Warn'],
    ['level=info ok', 'Info'],
    ['DEBUG x', 'Debug'],
    ['informal terror', 'None'],
  ])('calls %j %s', (text, severity) => {
    expect(severityOf(text)).toBe(severity);
  });
});
