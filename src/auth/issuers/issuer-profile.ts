import type { IssuerSettings } from '../../config/auth-config.js';
import type { SigningAlgorithm } from '../signing-algorithms.js';
import type { Claims, TokenShape } from '../token-shape.js';

/** How one kind of provider writes its tokens: where what we need stands, and which tokens are not meant for an API. */
export interface IssuerProfile {
  /** Accepted signature algorithms; a key without `alg` is bound to the first that fits it. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** Whom the token is for. */
  audiences(claims: Claims): readonly string[];
  /** The OAuth client the token was issued to. */
  clientId(claims: Claims): string | undefined;
  scopes(claims: Claims): readonly string[];
  groups(claims: Claims): readonly string[];
  /** Only an address the provider has verified. */
  email(claims: Claims): string | undefined;
  /** What the provider calls the person, best name first; any may be missing or no string. */
  names(claims: Claims): readonly unknown[];
  /** True for a token that tells a client who signed in (OIDC Core section 2) and was not meant for an API. */
  isIdToken(token: Pick<TokenShape, 'header' | 'claims'>): boolean;
}

/** An issuer's settings together with the profile of its kind: all that judging a claims set needs. */
export interface IssuerTrust {
  readonly settings: IssuerSettings;
  readonly profile: IssuerProfile;
}
