import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.js';
import { type AwsCall, awsError } from './aws-error.js';
import { mayPass } from './aws-error-names.js';

const ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const call: AwsCall = {
  service: 'logs',
  operation: 'StartQuery',
  region: 'eu-west-1',
  identity: `your role ${ROLE}`,
  input: { queryString: 'fields @timestamp | filterr x', limit: 5, logGroupName: undefined },
};
const SECRET = 'arn:aws:sts::999999999999:assumed-role/server is not authorized, see policy/top-secret';

function sdkError(name: string, extra: object = {}, message = SECRET): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', ...extra });
}

describe('awsError', () => {
  it.each<[string, ErrorCode]>([
    ['AccessDenied', 'aws_access_denied'],
    ['AccessDeniedException', 'aws_access_denied'],
    ['UnauthorizedOperation', 'aws_access_denied'],
    ['ExpiredToken', 'aws_credentials_expired'],
    ['ExpiredTokenException', 'aws_credentials_expired'],
    ['UnrecognizedClientException', 'aws_credentials_expired'],
    ['InvalidClientTokenId', 'aws_credentials_expired'],
    ['InvalidSignatureException', 'aws_credentials_expired'],
    ['ResourceNotFoundException', 'aws_not_found'],
    ['ResourceNotFound', 'aws_not_found'],
    ['MalformedQueryException', 'aws_rejected'],
    ['InvalidParameterException', 'aws_rejected'],
    ['InvalidParameterCombinationException', 'aws_rejected'],
    ['InvalidNextToken', 'aws_rejected'],
    ['ValidationException', 'aws_rejected'],
    ['MissingRequiredParameterException', 'aws_rejected'],
    ['LimitExceededException', 'aws_limit'],
    ['ServiceQuotaExceededException', 'aws_limit'],
    ['Throttling', 'aws_throttled'],
    ['ThrottlingException', 'aws_throttled'],
    ['TooManyRequestsException', 'aws_throttled'],
    ['ServiceUnavailableException', 'aws_unavailable'],
    ['InternalServiceFault', 'aws_unavailable'],
    ['TimeoutError', 'aws_unavailable'],
    ['AbortError', 'cancelled'],
    ['TypeError', 'internal'],
  ])('maps %s to %s without a word of AWS, and keeps the cause', (name, code) => {
    const cause = sdkError(name);
    const error = awsError(cause, call);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(cause);
    expect(error.message).not.toMatch(/999999999999|top-secret|assumed-role/);
    expect(error.detail).toContain(SECRET);
  });

  it.each<[object, ErrorCode]>([
    [{ $metadata: { httpStatusCode: 429 } }, 'aws_throttled'],
    [{ $metadata: { httpStatusCode: 503 } }, 'aws_unavailable'],
    [{ $metadata: { httpStatusCode: 404 } }, 'aws_rejected'],
    [{ code: 'ECONNREFUSED' }, 'aws_unavailable'],
    [{ code: 'ENOTFOUND' }, 'aws_unavailable'],
  ])('maps a name it has never seen by %j', (extra, code) => {
    expect(awsError(sdkError('Novel', extra), call).code).toBe(code);
  });

  it("names the denied action and the caller's own role [ISO-15]", () => {
    expect(awsError(sdkError('AccessDenied'), call).message).toBe(
      `AWS denied logs:StartQuery to your role ${ROLE} in eu-west-1; ask whoever manages it to allow that action.`,
    );
  });

  it('names the argument AWS points at, if we sent it, as the tool calls it', () => {
    const named = (message: string): string =>
      awsError(sdkError('InvalidParameterException', {}, message), call).message;
    expect(named("Value '0' at 'queryString' failed to satisfy constraint")).toContain('the argument query_string');
    expect(named("Value at 'adminSecret' or 'logGroupName' is wrong")).toContain('one of the arguments');
  });

  it("shows where a query is wrong in the caller's own words", () => {
    const queryCompileError = { location: { startCharOffset: 20, endCharOffset: 27 }, message: SECRET };
    const { message } = awsError(sdkError('MalformedQueryException', { queryCompileError }), call);
    expect(message).toMatch(/^query_string: AWS cannot read the query at characters 20 to 27, near "filterr"; /);
  });

  it('survives any compile error location and repeats no control character', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.string({ unit: 'binary' }), (start, end, queryString) => {
        const queryCompileError = { location: { startCharOffset: start, endCharOffset: end }, message: SECRET };
        const error = awsError(sdkError('MalformedQueryException', { queryCompileError }), {
          ...call,
          input: { queryString },
        });
        expect(error.message).toMatch(/^query_string: AWS cannot read the query[^\p{C}]*$/u);
        expect(error.message.length).toBeLessThan(320);
      }),
    );
  });
});

describe('mayPass', () => {
  const named = (name: string, extra: object = {}): Error => Object.assign(new Error('x'), { name, ...extra });

  it.each([
    ['Throttling', {}],
    ['TooManyRequestsException', {}],
    ['Novel', { $metadata: { httpStatusCode: 429 } }],
    ['Novel', { $metadata: { httpStatusCode: 503 } }],
    ['IDPCommunicationErrorException', { $metadata: { httpStatusCode: 400 } }],
    ['TimeoutError', {}],
    ['Error', { code: 'ECONNRESET' }],
    ['SignatureDoesNotMatch', { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } }],
  ])('holds for %s %j', (name, extra) => {
    expect(mayPass(named(name, extra))).toBe(true);
  });

  it.each(['AccessDenied', 'InvalidIdentityToken', 'SignatureDoesNotMatch', 'CredentialsProviderError', 'TypeError'])(
    'does not hold for %s',
    (name) => {
      expect(mayPass(named(name, { $metadata: { httpStatusCode: name === 'TypeError' ? undefined : 403 } }))).toBe(
        false,
      );
    },
  );
});
