import { ServiceError } from '../../errors.js';
import type { Principal } from '../../principal.js';
import { awsErrorDetail, awsErrorKind, awsErrorName } from '../aws-error-names.js';
import { userSlug } from '../role-session.js';

/** The exchange that failed. */
export interface FailedExchange {
  readonly step: 'AssumeRole' | 'AssumeRoleWithWebIdentity';
  readonly roleArn: string;
  readonly principal: Principal;
}

const RETRY_SECONDS = 5;

/**
 * The one mapping of STS errors: who, which step, what to fix.
 * SECURITY: the caller sees their own role only; the server's own role and AWS's words go to the log detail.
 */
export function stsError(error: unknown, failed: FailedExchange): ServiceError {
  if (error instanceof ServiceError) return error;
  const { step, roleArn, principal } = failed;
  const cause = {
    cause: error,
    detail: `${step} into ${roleArn} for ${personOf(principal)}: ${awsErrorDetail(error)}`,
  };
  const refused = (why: string): ServiceError =>
    new ServiceError('credentials_refused', `${step} for ${userSlug(principal.displayName)}: ${why}`, cause);
  const unavailable = (why: string): ServiceError =>
    new ServiceError('credentials_unavailable', `${step} for ${userSlug(principal.displayName)}: ${why}`, {
      ...cause,
      retryAfterSeconds: RETRY_SECONDS,
    });

  const known = tokenProblem(awsErrorName(error)) ?? configurationProblem(awsErrorName(error));
  if (known !== undefined) return refused(known);
  switch (awsErrorKind(error)) {
    case 'access-denied':
      return refused(`AWS refused your role ${roleArn}. ${TRUST_ADVICE[step]}`);
    case 'expired':
      return step === 'AssumeRoleWithWebIdentity'
        ? refused('AWS says that your token has expired; sign in again.')
        : unavailable("the server's own AWS session has expired; tell whoever runs this server.");
    case 'unknown-credentials':
      return unavailable("AWS does not accept this server's own identity; tell whoever runs this server.");
    case 'rejected':
      return refused(`AWS rejected the request for your role ${roleArn}; tell whoever runs this server.`);
    case 'throttled':
    case 'limit':
      return unavailable('AWS is limiting the rate of sign-ins.');
    case 'aborted':
    case 'not-found':
    case 'unavailable':
    case 'other':
      return unavailable(
        awsErrorName(error) === 'CredentialsProviderError'
          ? 'this server has no AWS identity of its own; tell whoever runs this server.'
          : 'AWS STS did not answer.',
      );
  }
}

const TRUST_ADVICE: Readonly<Record<FailedExchange['step'], string>> = {
  AssumeRole:
    'Ask whoever manages that role to check that its trust policy admits this server with the agreed external id and allows sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession.',
  AssumeRoleWithWebIdentity:
    'Ask whoever manages that role to check that its trust policy admits your identity provider, audience and subject.',
};

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
    return 'the session tags are too large for AWS; tell whoever runs this server.';
  }
  if (name.startsWith('RegionDisabled')) {
    return 'STS is not enabled in the region of this server; tell whoever runs it.';
  }
  return undefined;
}

function personOf({ issuer, subject }: Principal): string {
  return JSON.stringify([issuer, subject]);
}
