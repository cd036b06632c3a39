import type { IssuerSettings, TokenKind } from '../../config/issuer-settings.js';
import type { SigningAlgorithm } from '../../config/signing-algorithms.js';
import type { Claims, TokenShape } from '../token-shape.js';

/** How one kind of provider writes its tokens: where what we need stands, and which tokens are not meant for an API. */
export interface IssuerProfile {
  /** Accepted signature algorithms; a key without `alg` is bound to the first that fits it. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** What the token was made for; undefined when it lacks what every token of such a provider says of itself. */
  readonly tokenKind: (token: Pick<TokenShape, 'header' | 'claims'>) => TokenKind | undefined;
  /** An access token without an audience is for whoever may be its client. */
  readonly clientNamesAudience?: true;
  /** Whom the token is for. */
  readonly audiences: (claims: Claims) => readonly string[];
  /** The OAuth client the token was issued to. */
  readonly clientId: (claims: Claims) => string | undefined;
  readonly scopes: (claims: Claims) => readonly string[];
  readonly groups: (claims: Claims) => readonly string[];
  /** Only an address the provider has verified. */
  readonly email: (claims: Claims) => string | undefined;
  /** What the provider calls the person, best name first; any may be missing or no string. */
  readonly names: (claims: Claims) => readonly unknown[];
}

/** An issuer's settings together with the profile of its kind: all that judging a claims set needs. */
export interface IssuerTrust {
  readonly settings: IssuerSettings;
  readonly profile: IssuerProfile;
  /** Tokens may carry AWS keys, and then completely (TOKEN_CLAIM_CREDENTIALS). */
  readonly claimCredentials?: boolean;
}
