import type { SigningAlgorithm } from './signing-algorithms.js';

/** The kinds of provider whose tokens the server knows how to read. */
export const ISSUER_PROFILES = ['identity-center', 'cognito', 'entra-id', 'okta', 'auth0', 'keycloak', 'oidc'] as const;

export type IssuerProfileName = (typeof ISSUER_PROFILES)[number];

/** How a token of an issuer becomes AWS credentials. */
export const ISSUER_EXCHANGES = ['assume-role', 'web-identity', 'cognito-identity'] as const;

export type IssuerExchange = (typeof ISSUER_EXCHANGES)[number];

/** What a token was made for: calling an API, or telling a client who signed in (RFC 8725 section 3.12). */
export type TokenKind = 'access' | 'id';

/** A claim by name, or by the names that lead to it from the outermost object. */
export type ClaimPath = readonly [string, ...string[]];

/** Claims of an issuer that stand elsewhere than its profile expects. */
export interface ClaimNames {
  readonly groups?: ClaimPath;
  readonly scopes?: ClaimPath;
  readonly name?: ClaimPath;
  /** Selects among the allowed roles; `custom:role_arn` when absent. */
  readonly role?: ClaimPath;
}

/** One trusted issuer of tokens. */
export interface IssuerSettings {
  /** For logs; the issuer's address when the configuration gives no name. */
  readonly name: string;
  readonly profile: IssuerProfileName;
  /** Exactly as in the token's `iss`. */
  readonly issuer: string;
  readonly clientId?: string;
  /** Accepted `aud` values, exact match. */
  readonly audiences: readonly string[];
  /** Empty: any client of the issuer. */
  readonly allowedClients: readonly string[];
  readonly acceptedTokens: readonly TokenKind[];
  /** Access tokens must say `typ: at+jwt` in their header (RFC 9068 section 4). */
  readonly requireAtJwt: boolean;
  /** Absent: those of the profile. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** Absent: found by discovery. */
  readonly jwksUrl?: string;
  readonly claimNames: ClaimNames;
  /** Absent: AWS_CREDENTIAL_EXCHANGE decides. */
  readonly exchange?: IssuerExchange;
  /** Region whose STS is asked; absent: the region of the server. */
  readonly stsRegion?: string;
  /** The Cognito identity pool behind exchange `cognito-identity`. */
  readonly identityPoolId?: string;
}
