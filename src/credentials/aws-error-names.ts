/** What an AWS failure is, whichever of its many names a service gives it. */
export type AwsErrorKind =
  | 'access-denied'
  | 'expired'
  | 'unknown-credentials'
  | 'throttled'
  | 'not-found'
  | 'rejected'
  | 'limit'
  | 'aborted'
  | 'unavailable'
  | 'other';

// Services disagree on names for the same thing: always match a set, never one string.
const KINDS: readonly (readonly [AwsErrorKind, RegExp])[] = [
  ['access-denied', /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/],
  ['expired', /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/],
  [
    'unknown-credentials',
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch)$/,
  ],
  [
    'throttled',
    /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|TooManyRequestsException|SlowDown)$/,
  ],
  ['limit', /^(LimitExceeded|LimitExceededException|LimitExceededFault|ServiceQuotaExceededException)$/],
  ['not-found', /^(ResourceNotFound|ResourceNotFoundException|DashboardNotFoundError)$/],
  ['rejected', /^(MalformedQuery|Invalid|Validation|MissingRequiredParameter|MissingParameter)/],
  ['aborted', /^AbortError$/],
  [
    'unavailable',
    /^(TimeoutError|RequestTimeout|RequestTimeoutException|ServiceUnavailable|Internal|IDPCommunicationError|ExternalServiceException)/,
  ],
];

const NETWORK_CODES =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ERR_SSL_.*|CERT_.*|.*_CERT_.*|.*_CERTIFICATE.*)$/;

/** Classifies a failure of the SDK by name, network code and HTTP status. */
export function awsErrorKind(error: unknown): AwsErrorKind {
  const name = awsErrorName(error);
  const byName = KINDS.find(([, pattern]) => pattern.test(name))?.[0];
  if (byName !== undefined) return byName;
  const status = awsStatus(error);
  if (status === 429) return 'throttled';
  if (status !== undefined && status >= 500) return 'unavailable';
  if (status !== undefined && status >= 400) return 'rejected';
  return NETWORK_CODES.test(networkCode(error)) ? 'unavailable' : 'other';
}

/** Whether the very same call may succeed in a moment: AWS was busy or out of reach, or this machine's clock was wrong. */
export function mayPass(error: unknown): boolean {
  const kind = awsErrorKind(error);
  return kind === 'throttled' || kind === 'unavailable' || metadataOf(error)?.clockSkewCorrected === true;
}

/** The error's name; `UnknownError` when what was thrown is no error. */
export function awsErrorName(error: unknown): string {
  return error instanceof Error ? error.name : 'UnknownError';
}

/** AWS's own id of the request that failed, when AWS answered at all. */
export function awsRequestId(result: unknown): string | undefined {
  return metadataOf(result)?.requestId;
}

/** For the operator's log only: AWS's own words, name and request id. */
export function awsErrorDetail(error: unknown): string {
  const id = awsRequestId(error);
  const words = error instanceof Error ? error.message : String(error);
  return `${awsErrorName(error)}: ${words}${id === undefined ? '' : ` (AWS request id ${id})`}`;
}

function awsStatus(error: unknown): number | undefined {
  return metadataOf(error)?.httpStatusCode;
}

function networkCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

function metadataOf(
  value: unknown,
):
  { readonly requestId?: string; readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean } | undefined {
  if (typeof value !== 'object' || value === null || !('$metadata' in value)) return undefined;
  const metadata = value.$metadata;
  return typeof metadata === 'object' && metadata !== null ? metadata : undefined;
}
