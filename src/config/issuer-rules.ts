import type { Findings } from './findings.js';
import type { IssuerProfileName, IssuerSettings, TokenKind } from './issuer-settings.js';

/** What a configuration says of one issuer; what it leaves out is decided by `completeIssuer`. */
export type IssuerBlock = Pick<IssuerSettings, 'profile' | 'issuer'> &
  Partial<Omit<IssuerSettings, 'acceptedTokens' | 'profile' | 'issuer'>> & {
    /** Begins every sentence about this issuer, e.g. `OIDC_ISSUER` or `ISSUERS_FILE line 3: issuer`. */
    readonly source: string;
    readonly acceptIdTokens?: boolean;
  };

/** What holds for every issuer that does not say otherwise. */
export interface IssuerDefaults {
  /** The protected resource: the audience of every access token made for this server (RFC 8707). */
  readonly resource: string;
  /** OAUTH_AUDIENCE. */
  readonly audiences?: readonly string[];
  /** OAUTH_ALLOWED_CLIENTS. */
  readonly allowedClients?: readonly string[];
  /** ACCEPT_ID_TOKENS. */
  readonly acceptIdTokens?: boolean;
}

/** An issuer with every decision made, and what is wrong with it or worth knowing in the findings. */
export function completeIssuer(block: IssuerBlock, defaults: IssuerDefaults, findings: Findings): IssuerSettings {
  const { source, profile, issuer, clientId } = block;
  const mistake = addressMistake(profile, issuer);
  if (mistake !== undefined) findings.problems.push(`${source}: ${mistake}`);
  const accepted = acceptedTokens(block, defaults);
  const warning = clientIdWarning(block, accepted, defaults);
  if (warning !== undefined) findings.warnings.push(warning);
  if (profile === 'okta' && !issuer.includes('/oauth2/')) findings.warnings.push(`${source}: ${OKTA_ORG}`);
  return {
    name: block.name ?? issuer,
    profile,
    issuer,
    clientId,
    audiences: audiences(block, accepted, defaults),
    allowedClients: allowedClients(block, defaults),
    acceptedTokens: accepted,
    requireAtJwt: block.requireAtJwt ?? false,
    algorithms: block.algorithms,
    jwksUrl: block.jwksUrl,
    claimNames: block.claimNames ?? {},
    exchange: block.exchange,
    stsRegion: block.stsRegion,
    identityPoolId: block.identityPoolId,
  };
}

/**
 * A Cognito access token has no audience, so its client is what it is judged by: the app client, and those that are
 * allowed beside it. An ID token of the pool has the app client as its audience.
 */
function allowedClients({ profile, clientId, ...given }: IssuerBlock, defaults: IssuerDefaults): readonly string[] {
  const allowed = given.allowedClients ?? defaults.allowedClients ?? [];
  return profile === 'cognito' && clientId !== undefined ? [...new Set([clientId, ...allowed])] : allowed;
}

function acceptedTokens(block: IssuerBlock, defaults: IssuerDefaults): readonly TokenKind[] {
  // An identity pool takes ID tokens and nothing else (Amazon Cognito API, GetId, Logins).
  if (block.exchange === 'cognito-identity') return ['id'];
  if (block.requireAtJwt === true) return ['access'];
  const idTokens = block.acceptIdTokens ?? defaults.acceptIdTokens ?? isClientIdTheAudience(block, defaults);
  return idTokens ? ['access', 'id'] : ['access'];
}

function audiences(block: IssuerBlock, accepted: readonly TokenKind[], defaults: IssuerDefaults): readonly string[] {
  const { profile, clientId } = block;
  const configured = block.audiences ?? defaults.audiences ?? [defaults.resource];
  // The ID tokens of a user pool have its app client as their audience and cannot have another.
  const isForThePool = profile === 'cognito' && accepted.includes('id');
  if (clientId === undefined || !(isForThePool || isClientIdTheAudience(block, defaults))) return configured;
  return [...new Set([...configured, clientId])];
}

/** Nobody has said whom tokens are for, so the client id stands in. */
function isClientIdTheAudience(block: IssuerBlock, defaults: IssuerDefaults): boolean {
  return (block.audiences ?? defaults.audiences) === undefined && block.clientId !== undefined;
}

function clientIdWarning(
  block: IssuerBlock,
  accepted: readonly TokenKind[],
  defaults: IssuerDefaults,
): string | undefined {
  const { source, exchange } = block;
  if (exchange === 'cognito-identity')
    return `${source}: the identity pool needs ID tokens, so tokens for the client id are accepted. Use the client id for this server alone.`;
  if (!isClientIdTheAudience(block, defaults)) return undefined;
  const idTokens = accepted.includes('id') ? ', ID tokens among them' : '';
  return `${source}: OAUTH_AUDIENCE is not set: tokens for the client id are accepted too${idTokens}. Safer: OAUTH_AUDIENCE=${defaults.resource}`;
}

const OKTA_ORG =
  'this is the org authorization server, whose access tokens are for Okta alone; only its ID tokens can be verified here. Use a custom authorization server, e.g. https://example.okta.com/oauth2/default';

const IDENTITY_CENTER =
  'is an address of IAM Identity Center, which issues no tokens that another service could verify. Name the identity provider that Identity Center takes its users from (Entra ID, Okta, ...), exactly as in the iss of its tokens; people keep signing in there';

/** Why this address cannot be the issuer of tokens, or undefined. */
function addressMistake(profile: IssuerProfileName, issuer: string): string | undefined {
  const { hostname, pathname } = new URL(issuer);
  if (
    /(^|\.)(awsapps\.com|identitycenter\.amazonaws\.com)$|^(oidc|portal\.sso)\.[a-z0-9-]+\.amazonaws\.com$/.test(
      hostname,
    )
  )
    return IDENTITY_CENTER;
  if (hostname.startsWith('login.microsoftonline.') && /^\/(common|organizations|consumers)(\/|$)/.test(pathname))
    return 'names no tenant, and every token names one in its iss. Use https://login.microsoftonline.com/<tenant id>/v2.0';
  if (profile === 'auth0' && !issuer.endsWith('/'))
    return 'Auth0 writes its iss with a / at the end, and it is compared to the letter. Add it';
  return undefined;
}

/** The issuers whose `iss` another one has already; a token could not tell which of the two is meant. */
export function refuseRepeatedIssuers(blocks: readonly IssuerBlock[], findings: Findings): void {
  const sources = new Map<string, string>();
  for (const { issuer, source } of blocks) {
    const earlier = sources.get(issuer);
    if (earlier === undefined) sources.set(issuer, source);
    else findings.problems.push(`${source}: is the same issuer as ${earlier}; configure each issuer once`);
  }
}
