import { ServiceError } from '../../errors.js';
import { awsErrorKind, awsErrorName } from '../aws-error-names.js';
import { type FailedExchange, refused, tokenRefused, unavailable } from './failed-exchange.js';

/** A call of STS that failed; `into` is the role. */
export type FailedStsExchange = FailedExchange & { readonly step: keyof typeof TRUST_ADVICE };

const TRUST_ADVICE = {
  AssumeRole:
    'Ask whoever manages that role to check that its trust policy admits this server with the agreed external id and allows sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession.',
  AssumeRoleWithWebIdentity:
    'Ask whoever manages that role to check that its trust policy admits your identity provider, audience and subject.',
} as const;

/**
 * The one mapping of STS errors: who, which step, what to fix.
 * SECURITY: the caller sees their own role only; the server's own role and AWS's words go to the log detail.
 */
export function stsError(failed: FailedStsExchange): ServiceError {
  const { step, into, error } = failed;
  if (error instanceof ServiceError) return error;
  const token = tokenProblem(awsErrorName(error));
  if (token !== undefined) return tokenRefused(failed, token);
  const configuration = configurationProblem(awsErrorName(error));
  if (configuration !== undefined) return refused(failed, configuration);
  switch (awsErrorKind(error)) {
    case 'access-denied':
      return refused(failed, `AWS refused your role ${into}. ${TRUST_ADVICE[step]}`);
    case 'expired':
      return step === 'AssumeRoleWithWebIdentity'
        ? tokenRefused(failed, 'AWS says that your token has expired; sign in again.')
        : unavailable(failed, "the server's own AWS session has expired; tell whoever runs this server.");
    case 'unknown-credentials':
      return unavailable(failed, "AWS does not accept this server's own identity; tell whoever runs this server.");
    case 'rejected':
      return refused(failed, `AWS rejected the request for your role ${into}; tell whoever runs this server.`);
    case 'throttled':
    case 'limit':
      return unavailable(failed, 'AWS is limiting the rate of sign-ins.');
    case 'aborted':
    case 'not-found':
    case 'unavailable':
    case 'other':
      return unavailable(
        failed,
        awsErrorName(error) === 'CredentialsProviderError'
          ? 'this server has no AWS identity of its own; tell whoever runs this server.'
          : 'AWS STS did not answer.',
      );
  }
}

function tokenProblem(name: string): string | undefined {
  switch (name) {
    case 'InvalidIdentityToken':
    case 'InvalidIdentityTokenException':
      return 'AWS did not accept your token; sign in again. If that does not help, ask whoever runs this server to check the identity provider registered in IAM: its client-ID list must hold the azp of your token or, only when the token has no azp, its aud.';
    case 'IDPRejectedClaim':
    case 'IDPRejectedClaimException':
      return 'your identity provider rejected your token at AWS; sign in again.';
    default:
      return undefined;
  }
}

function configurationProblem(name: string): string | undefined {
  if (name.startsWith('PackedPolicyTooLarge')) {
    return 'the session policy and session tags are too large for AWS; tell whoever runs this server to shorten the session policy.';
  }
  if (name.startsWith('MalformedPolicyDocument')) {
    return 'AWS cannot read the session policy; tell whoever runs this server to correct it.';
  }
  if (name.startsWith('RegionDisabled')) {
    return 'STS is not enabled in the region of this server; tell whoever runs it.';
  }
  return undefined;
}
