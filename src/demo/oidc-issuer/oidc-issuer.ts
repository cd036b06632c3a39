import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { providerConfiguration, RESOURCE_SCOPES } from './provider-configuration.js';
import { answerInteraction } from './sign-in-page.js';
import { completeLogin, refreshTokens, registerClient, signInThroughForm } from './sign-in.js';
import type { AuthorizationAnswer, RegisteredClient, TokenSet } from './sign-in.js';
import { findDemoUser } from './users.js';

const SIGN_IN_SCOPE = `openid offline_access email profile ${RESOURCE_SCOPES}`;

export interface OidcIssuerOptions {
  /** The protected resource that access tokens are for, e.g. `http://127.0.0.1:3334/mcp`. */
  readonly resource: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Life of an access token; default one hour. */
  readonly accessTokenSeconds?: number;
  /** Lets clients name themselves by the https address of their metadata document, read this way; default not. */
  readonly fetchClientDocument?: (url: string) => Promise<Response>;
}

export interface MintOptions {
  /** May be negative, for an expired token; default the issuer's access token life. */
  readonly expiresInSeconds?: number;
  readonly audience?: string;
  /** Merged over `{ alg: RS256, typ: at+jwt, kid }`. */
  readonly header?: Partial<JWTHeaderParameters>;
}

/** A running OpenID provider on loopback, with the users of the demo. */
export interface OidcIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** An access token made directly, with the issuer's key; demo users get their claims unless overridden. */
  mintToken(
    claims: { readonly sub: string; readonly [claim: string]: unknown },
    options?: MintOptions,
  ): Promise<string>;
  /** The whole authorization-code flow over HTTP; registers a client unless one is given. */
  signIn(user: string, client?: RegisteredClient): Promise<TokenSet>;
  refresh(tokens: Pick<TokenSet, 'clientId' | 'refreshToken'>): Promise<TokenSet>;
  /** Plays the browser for a client that made its own authorization URL. */
  completeLogin(authorizationUrl: URL, user: string): Promise<AuthorizationAnswer>;
  close(): Promise<void>;
}

/**
 * Starts the provider on 127.0.0.1 with a key made on the spot. It has no passwords, so it is for the demo and tests.
 * @throws Error with NODE_ENV=production
 */
export async function startOidcIssuer(options: OidcIssuerOptions): Promise<OidcIssuer> {
  if (process.env['NODE_ENV'] === 'production')
    throw new Error("The demo's OpenID provider signs anybody in: it does not start with NODE_ENV=production.");
  const { resource, accessTokenSeconds = 3600, fetchClientDocument } = options;
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);

  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const issuer = `http://127.0.0.1:${port}`;
  const signingKey = { ...jwk, kid, alg: 'RS256', use: 'sig' };
  const shape = { resource, accessTokenSeconds, fetchClientDocument, signingKey };
  const provider = new Provider(issuer, providerConfiguration(shape));
  provider.use(async (ctx, next) => {
    // A client that names no scope gets the resource's, as identity providers with default scopes do.
    if (ctx.path === '/auth' && ctx.query['scope'] === undefined) ctx.query = { ...ctx.query, scope: RESOURCE_SCOPES };
    await next();
  });
  provider.on('server_error', (_ctx, error) => console.error('The OpenID provider failed:', error));
  server.on('request', handler(provider));

  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    mintToken: ({ sub, ...claims }, { expiresInSeconds = accessTokenSeconds, audience = resource, header } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const shape = { jti: randomUUID(), client_id: 'minted', scope: RESOURCE_SCOPES, ...findDemoUser(sub) };
      const standard = { iss: issuer, aud: audience, sub, iat: now, exp: now + expiresInSeconds };
      return new SignJWT({ ...shape, ...standard, ...claims })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid, ...header })
        .sign(privateKey);
    },
    signIn: async (user, client) =>
      signInThroughForm(issuer, user, client ?? (await registerClient(issuer)), SIGN_IN_SCOPE, resource),
    refresh: (tokens) => refreshTokens(issuer, tokens, resource),
    completeLogin,
    close: () => close(server),
  };
}

function handler(provider: Provider): (request: IncomingMessage, response: ServerResponse) => void {
  const answer = provider.callback();
  return (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, {
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type, mcp-protocol-version',
      });
      response.end();
    } else if (request.url?.startsWith('/interaction/')) {
      answerInteraction(provider, request, response).catch(() => {
        response.writeHead(400, { 'content-type': 'text/plain' }).end('This sign-in has expired: start again.\n');
      });
    } else {
      void answer(request, response);
    }
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
