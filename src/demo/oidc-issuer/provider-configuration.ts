import { randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { memoryStorage } from './issuer-storage.js';
import { findDemoUser } from './users.js';

/** The scopes an access token for the demo's resource carries. */
export const RESOURCE_SCOPES = 'cw:read cw:query';

/** Resource scopes are named here too: clients put the challenge's scopes into their registration. */
const ALL_SCOPES = `openid offline_access email profile ${RESOURCE_SCOPES}`;
const CONSENTED_CLAIMS = ['sub', 'name', 'email', 'email_verified', 'groups', 'custom:role_arn'];
const HOUR = 60 * 60;

export interface IssuerShape {
  /** The one protected resource (RFC 8707); the `aud` of every access token. */
  readonly resource: string;
  readonly accessTokenSeconds: number;
  /** How client metadata documents are read; a client id that is their address is accepted only when given. */
  readonly fetchClientDocument?: ((url: string) => Promise<Response>) | undefined;
  /** Private key with `kid`, `alg` and `use`. */
  readonly signingKey: JWK;
}

/**
 * An issuer as an MCP client expects one: public clients register themselves (RFC 7591), PKCE with S256, access
 * tokens are JWTs (RFC 9068) bound to the resource, refresh tokens rotate, consent is given for the user. A client may
 * also name itself by the address of its metadata document (OAuth Client ID Metadata Document).
 */
export function providerConfiguration(shape: IssuerShape): Configuration {
  const { resource, accessTokenSeconds, fetchClientDocument, signingKey } = shape;
  return {
    adapter: memoryStorage(),
    jwks: { keys: [signingKey] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ALL_SCOPES.split(' '),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups', 'custom:role_arn'] },
    conformIdTokenClaims: false,
    clientDefaults: {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    // Clients register with the scopes of the first challenge they met, which must not bind them when they need more.
    extraClientMetadata: {
      properties: ['scope'],
      validator: (_ctx, _name, _value, metadata) => {
        delete metadata.scope;
      },
    },
    clientBasedCORS: () => true,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    ...(fetchClientDocument && {
      fetch: (input: string | URL | Request) => fetchClientDocument(new Request(input).url),
    }),
    features: {
      ...(fetchClientDocument && { clientIdMetadataDocument: { enabled: true, ack: 'draft-02' } }),
      devInteractions: { enabled: false },
      registration: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, requested) => {
          if (requested !== resource) throw new errors.InvalidTarget('the only resource here is the demo server');
          return {
            audience: resource,
            scope: RESOURCE_SCOPES,
            accessTokenTTL: accessTokenSeconds,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          };
        },
      },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, subject) => {
      const user = findDemoUser(subject);
      return user && { accountId: subject, claims: async () => ({ sub: subject, ...user }) };
    },
    extraTokenClaims: (_ctx, token) =>
      token.kind === 'AccessToken' ? { ...findDemoUser(token.accountId) } : undefined,
    loadExistingGrant: (ctx) => consentToEverything(ctx, resource),
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: accessTokenSeconds,
      RefreshToken: 24 * HOUR,
      Interaction: HOUR,
      // Signed-in sessions end at once, so that the next sign-in in the same browser may be as somebody else.
      Session: (_ctx, session) => (session.accountId === undefined ? HOUR : 1),
      Grant: 24 * HOUR,
    },
    renderError: (ctx, out) => {
      ctx.type = 'text';
      ctx.body = `${out.error}: ${out.error_description ?? ''}\n`;
    },
  };
}

async function consentToEverything(ctx: KoaContextWithOIDC, resource: string) {
  const { client, session, provider } = ctx.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(ALL_SCOPES);
  grant.addOIDCClaims(CONSENTED_CLAIMS);
  grant.addResourceScope(resource, RESOURCE_SCOPES);
  await grant.save();
  return grant;
}
