import { ServiceError } from '../../errors.js';
import { awsErrorKind, awsErrorName } from '../aws-error-names.js';
import { type FailedExchange, refused, tokenRefused, unavailable } from './failed-exchange.js';

/** A call of Cognito that failed; `into` is the identity pool. */
export type FailedCognitoExchange = FailedExchange & { readonly step: 'GetId' | 'GetCredentialsForIdentity' };

/** What an identity pool accepts, for everybody whose token it does not. */
export const ID_TOKEN_NEEDED =
  'An identity pool accepts ID tokens of its user pool only, never access tokens: your client must send the ID token.';

/**
 * The one mapping of the errors of Cognito identity pools: who, which step, what to fix.
 * SECURITY: AWS's words, which can name roles and identities, go to the log detail only.
 */
export function cognitoError(failed: FailedCognitoExchange): ServiceError {
  const { error } = failed;
  if (error instanceof ServiceError) return error;
  switch (awsErrorName(error)) {
    case 'NotAuthorizedException':
      return tokenRefused(failed, `Amazon Cognito did not accept your token; sign in again. ${ID_TOKEN_NEEDED}`);
    case 'ResourceNotFoundException':
      return refused(
        failed,
        'Amazon Cognito does not know the identity pool of this server; tell whoever runs it to check AWS_COGNITO_IDENTITY_POOL_ID.',
      );
    case 'InvalidIdentityPoolConfigurationException':
      return refused(
        failed,
        'the identity pool has no role for you, or its role does not trust the pool; ask whoever manages the pool to check its authenticated role and the trust policy of that role.',
      );
    case 'ResourceConflictException':
      return refused(
        failed,
        'your sign-in is already linked to another identity of the pool; ask whoever manages the pool to unlink it.',
      );
    case 'LimitExceededException':
      return unavailable(failed, 'a quota of the identity pool is used up; tell whoever manages the pool.');
    case 'ExternalServiceException':
      return unavailable(failed, 'the identity provider did not answer Amazon Cognito.');
  }
  switch (awsErrorKind(error)) {
    case 'throttled':
      return unavailable(failed, 'AWS is limiting the rate of sign-ins.');
    case 'rejected':
    case 'not-found':
    case 'access-denied':
      return refused(
        failed,
        'Amazon Cognito rejected the request; tell whoever runs this server to check AWS_COGNITO_IDENTITY_POOL_ID.',
      );
    default:
      return unavailable(failed, 'Amazon Cognito did not answer.');
  }
}
