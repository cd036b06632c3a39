import { describe, expect, it } from 'vitest';
import { awsErrorKind, awsRequestId } from './aws-error-names.js';
import { HttpFailure } from './http-failure.js';

const failure = (status: number, body: unknown, headers: Record<string, string> = {}): HttpFailure =>
  new HttpFailure({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('HttpFailure', () => {
  it.each([
    [403, { message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException:http://internal/' }, 'access-denied'],
    [403, { __type: 'com.amazonaws.monitoring#ExpiredTokenException' }, {}, 'expired'],
    [403, { code: 'InvalidClientTokenId' }, {}, 'unknown-credentials'],
    [
      403,
      '<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>',
      {},
      'unknown-credentials',
    ],
    [403, 'forbidden', {}, 'access-denied'],
    [400, { status: 'error', errorType: 'bad_data', error: 'parse error' }, {}, 'rejected'],
    [422, { status: 'error', errorType: 'execution', error: 'query timed out' }, {}, 'rejected'],
    [422, { status: 'error', errorType: 'execution', error: 'Max TPS for query requests exceeded' }, {}, 'throttled'],
    [429, { status: 'error', errorType: 'execution', error: 'too many' }, {}, 'throttled'],
    [429, '', {}, 'throttled'],
    [500, { status: 'error', errorType: 'internal' }, {}, 'unavailable'],
    [503, '<html>', {}, 'unavailable'],
    [302, '', {}, 'other'],
    [400, { __type: 'not a name\nat all' }, {}, 'rejected'],
    [400, '[1]', {}, 'rejected'],
  ])('of status %i with %j is read as the SDK would', (status, body, headers, kind) => {
    expect(awsErrorKind(failure(status, body, headers as Record<string, string>))).toBe(kind);
  });

  it('keeps the request id, and no more of the words than a log needs', () => {
    const error = failure(500, { error: 'x'.repeat(10_000) }, { 'x-amzn-requestid': 'abc' });
    expect(awsRequestId(error)).toBe('abc');
    expect(error.message).toHaveLength(500);
  });

  it('takes its name from a name only', () => {
    expect(failure(400, { __type: 'a b', code: '', errorType: 'bad_data' }).name).toBe('bad_data');
  });
});
