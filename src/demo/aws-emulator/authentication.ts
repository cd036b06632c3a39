import { type Identity, type IdentityStore } from './identities.js';
import { commonFault, type ServiceName } from './services.js';
import { type ReceivedRequest, type SignatureClaim, signatureProblem } from './sigv4.js';

/**
 * The identity whose secret signed a request.
 * @throws AwsFault under the service's own name: no or half a signature, unknown key, foreign or missing session token,
 * expired session, wrong signature
 */
export function authenticate(
  service: ServiceName,
  request: ReceivedRequest,
  claim: SignatureClaim | undefined,
  identities: IdentityStore,
  now: number,
): Identity {
  if (request.headers.authorization === undefined) {
    throw commonFault(service, 'missing-authentication', 'Missing Authentication Token');
  }
  if (claim === undefined) {
    throw commonFault(service, 'incomplete-signature', 'Authorization or X-Amz-Date is incomplete or malformed');
  }
  const identity = identities.find(claim.accessKeyId);
  // SECURITY: a session token counts only together with the key it was issued with, and a session key only with its token.
  if (identity === undefined || identity.sessionToken !== claim.sessionToken) {
    throw commonFault(service, 'unknown-credentials', 'The security token included in the request is invalid.');
  }
  const problem = signatureProblem(request, claim, identity.secretAccessKey, service, now);
  if (problem !== undefined) throw commonFault(service, 'bad-signature', problem);
  if (identity.expiresAt !== undefined && identity.expiresAt <= now) {
    throw commonFault(service, 'expired-credentials', 'The security token included in the request is expired');
  }
  return identity;
}
