import { AwsFault } from './operation.js';

/** The services behind the one port, by the name their signatures are scoped to. */
export type ServiceName = 'sts' | 'cognito-identity' | 'logs' | 'monitoring';

/** Services whose operations come in tables and need a signature. */
export type TableService = Exclude<ServiceName, 'sts' | 'cognito-identity'>;

/** Prefix of a service's IAM actions, e.g. `cloudwatch:GetMetricData`. */
export const IAM_PREFIX: Readonly<Record<ServiceName, string>> = {
  sts: 'sts',
  'cognito-identity': 'cognito-identity',
  logs: 'logs',
  monitoring: 'cloudwatch',
};

/** Failures every service has but each names in its own way. */
export type CommonFault = keyof typeof COMMON_FAULTS;

type NameAndStatus = readonly [code: string, status: number];

// First as STS and CloudWatch name it (awsQuery codes), then as Logs does (awsJson1.1).
const COMMON_FAULTS = {
  'missing-authentication': [
    ['MissingAuthenticationToken', 403],
    ['MissingAuthenticationTokenException', 400],
  ],
  'incomplete-signature': [
    ['IncompleteSignature', 400],
    ['IncompleteSignatureException', 400],
  ],
  'unknown-credentials': [
    ['InvalidClientTokenId', 403],
    ['UnrecognizedClientException', 400],
  ],
  'bad-signature': [
    ['SignatureDoesNotMatch', 403],
    ['InvalidSignatureException', 400],
  ],
  'expired-credentials': [
    ['ExpiredToken', 403],
    ['ExpiredTokenException', 400],
  ],
  'access-denied': [
    ['AccessDenied', 403],
    ['AccessDeniedException', 400],
  ],
  throttle: [
    ['Throttling', 400],
    ['ThrottlingException', 400],
  ],
  'server-error': [
    ['ServiceUnavailable', 503],
    ['ServiceUnavailableException', 503],
  ],
  'malformed-input': [
    ['MalformedInput', 400],
    ['SerializationException', 400],
  ],
} as const satisfies Record<string, readonly [query: NameAndStatus, json: NameAndStatus]>;

// Its operations are unsigned: what is wrong with the caller is wrong with their token.
const COGNITO_FAULTS: Readonly<Record<CommonFault, NameAndStatus>> = {
  'missing-authentication': ['NotAuthorizedException', 400],
  'incomplete-signature': ['NotAuthorizedException', 400],
  'unknown-credentials': ['NotAuthorizedException', 400],
  'bad-signature': ['NotAuthorizedException', 400],
  'expired-credentials': ['NotAuthorizedException', 400],
  'access-denied': ['NotAuthorizedException', 400],
  throttle: ['TooManyRequestsException', 400],
  'server-error': ['InternalErrorException', 500],
  'malformed-input': ['InvalidParameterException', 400],
};

/** A failure under the name and status the service gives it. */
export function commonFault(service: ServiceName, fault: CommonFault, message: string): AwsFault {
  if (service === 'cognito-identity') return new AwsFault(COGNITO_FAULTS[fault][0], message, COGNITO_FAULTS[fault][1]);
  const [code, status] = COMMON_FAULTS[fault][service === 'logs' ? 1 : 0];
  return new AwsFault(code, message, status);
}
