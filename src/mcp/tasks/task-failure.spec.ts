import { describe, expect, it } from 'vitest';
import { type ErrorCode, ServiceError } from '../../errors.js';
import { stateAfter, toProtocolError } from './task-failure.js';

const errorOf = (code: ErrorCode) => new ServiceError(code, 'why.');

describe('stateAfter', () => {
  it.each(['aws_throttled', 'aws_limit', 'aws_unavailable', 'credentials_unavailable', 'unavailable'] as const)(
    'leaves a task at work after %s, which passes',
    (code) => {
      const state = { status: 'working', message: `[${code}] why. (request id r-1)` };
      expect(stateAfter(errorOf(code), 'r-1')).toEqual(state);
    },
  );

  it.each(['aws_access_denied', 'aws_not_found', 'aws_rejected', 'result_too_large'] as const)(
    'completes a task with the error of its tool after %s, never as failed',
    (code) => {
      expect(stateAfter(errorOf(code), 'r-1')).toMatchObject({
        status: 'completed',
        output: { isError: true, content: [{ text: `[${code}] why. (request id r-1)` }] },
      });
    },
  );

  it.each(['insufficient_scope', 'no_role', 'target_not_allowed', 'credentials_refused', 'internal'] as const)(
    'tells nothing of the task after %s',
    (code) => {
      expect(() => stateAfter(errorOf(code), 'r-1')).toThrow(expect.objectContaining({ code: -32603 }));
    },
  );
});

describe('toProtocolError', () => {
  it('has the code of the extension for a task that is not there', () => {
    expect(toProtocolError(errorOf('unknown_query'), 'r-1')).toMatchObject({ code: -32602 });
  });
});
