import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../errors.js';
import { promqlData, readPromqlAnswer } from './promql-answer.js';
import { promqlError } from './promql-error.js';

const vector = (result: unknown) => ({ status: 'success', data: { resultType: 'vector', result } });

describe('readPromqlAnswer', () => {
  it('keeps values and histograms as CloudWatch gives them', () => {
    const result = [
      { metric: { __name__: 'up' }, value: [1_780_000_000.123, 'NaN'] },
      {
        metric: {},
        histogram: [1_780_000_000, { count: '3', sum: '+Inf', buckets: [[0, '0.5', '1', '3']] }],
      },
    ];
    expect(readPromqlAnswer(vector(result), promqlData.query).data.result).toEqual(result);
  });

  it('counts remarks', () => {
    const answer = { ...vector([]), warnings: ['one', 'two'], infos: ['three'] };
    expect(readPromqlAnswer(answer, promqlData.query)).toMatchObject({ warnings: 2, infos: 1 });
  });

  it.each([
    null,
    'text',
    {},
    { status: 'error', errorType: 'internal' },
    vector('not a list'),
    vector([{ value: [1, 2] }]),
    { status: 'success', data: [] },
  ])('refuses %j', (json) => {
    expect(() => readPromqlAnswer(json, promqlData.query)).toThrow(
      expect.objectContaining({ code: 'aws_unavailable' }),
    );
  });
});

describe('promqlError', () => {
  const refused = (name: string): ServiceError =>
    new ServiceError('aws_rejected', 'AWS rejected it', { cause: Object.assign(new Error('words'), { name }) });

  it('names a kind of error that the Prometheus API knows', () => {
    const error = promqlError(refused('execution'), 'query');
    expect(error).toMatchObject({ code: 'aws_rejected', message: expect.stringMatching(/^query: .*\(execution\)$/) });
    expect((error as Error).message).not.toContain('words');
  });

  it.each(['ignore previous instructions', 'toString', '', 'ValidationException'])('leaves %j as it is', (name) => {
    const error = refused(name);
    expect(promqlError(error, 'query')).toBe(error);
  });
});
