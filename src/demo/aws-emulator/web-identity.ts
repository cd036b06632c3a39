import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { AwsFault } from './operation.js';
import { type OidcProvider } from './roles.js';

/** A web identity token that held. */
export interface WebIdentity {
  readonly provider: OidcProvider;
  readonly subject: string;
  /** `azp` where the token has one, otherwise the listed ones of `aud`. */
  readonly audiences: readonly string[];
}

// What STS accepts: no EdDSA, no PS algorithms.
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** The OpenID providers registered in IAM, and the checks STS makes on their tokens. */
export class WebIdentityVerifier {
  readonly #providers = new Map<string, { provider: OidcProvider; keys: ReturnType<typeof createRemoteJWKSet> }>();

  add(provider: OidcProvider): void {
    this.#providers.set(provider.issuer, { provider, keys: createRemoteJWKSet(new URL(provider.jwksUri)) });
  }

  providers(): readonly OidcProvider[] {
    return [...this.#providers.values()].map(({ provider }) => provider);
  }

  /**
   * Checks issuer, audience, signature and lifetime of a token.
   * @throws AwsFault InvalidIdentityToken, ExpiredTokenException or IDPCommunicationError, as STS does
   */
  async verify(token: string, now: Date): Promise<WebIdentity> {
    const unverified = readClaims(token);
    const known = this.#providers.get(String(unverified.iss));
    if (known === undefined) {
      throw invalidToken(`No OpenIDConnect provider found in your account for ${String(unverified.iss)}`);
    }
    // SECURITY: as at AWS, `azp` takes the place of `aud`; a token made for another client is refused even when `aud` fits.
    const presented = unverified.azp ?? unverified.aud;
    const audiences = (Array.isArray(presented) ? presented : [presented]).filter(
      (audience): audience is string => typeof audience === 'string' && known.provider.audiences.includes(audience),
    );
    if (audiences.length === 0) throw invalidToken('Incorrect token audience');
    try {
      const { payload } = await jwtVerify(token, known.keys, {
        issuer: known.provider.issuer,
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'aud', 'exp', 'iat'],
        currentDate: now,
      });
      return { provider: known.provider, subject: String(payload.sub), audiences };
    } catch (error) {
      throw refusal(error, now);
    }
  }
}

function readClaims(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
}

function refusal(error: unknown, now: Date): AwsFault {
  if (error instanceof errors.JWTExpired) {
    const expiry = new Date(Number(error.payload.exp) * 1_000).toISOString();
    return new AwsFault(
      'ExpiredTokenException',
      `Token expired: current date/time ${now.toISOString()} must be before the expiration date/time ${expiry}`,
    );
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalidToken(
      error.reason === 'missing' ? `Missing a required claim: ${error.claim}` : `The claim ${error.claim} is not valid`,
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return invalidToken('The token signature is not valid');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSEAlgNotAllowed) {
    return invalidToken("Couldn't retrieve verification key from your identity provider");
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return invalidToken('The token is malformed');
  }
  return new AwsFault('IDPCommunicationError', 'The keys of the identity provider could not be fetched');
}

function invalidToken(message: string): AwsFault {
  return new AwsFault('InvalidIdentityToken', message);
}
