import { createHash, randomBytes } from 'node:crypto';

/** A client registered at the issuer. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly redirectUri: string;
}

/** What the token endpoint answered, and the client it answered to. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly idToken?: string;
  readonly clientId: string;
  readonly expiresInSeconds: number;
}

/** The members of the discovery document (RFC 8414) that signing in needs. */
interface Endpoints {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly registration_endpoint: string;
}

/** What the issuer sends back to the client through the browser (RFC 6749 section 4.1.2, RFC 9207). */
export interface AuthorizationAnswer {
  readonly code: string;
  readonly state?: string | undefined;
  readonly iss?: string | undefined;
}

/** Sent to the browser in the end; nothing listens there, the redirect is read, not followed. */
const REDIRECT_URI = 'http://127.0.0.1:9/callback';
const MAXIMUM_REDIRECTS = 12;

/** Fetches the issuer's discovery document. */
export async function discover(issuer: string): Promise<Endpoints> {
  return (await fetchJson(`${issuer}/.well-known/openid-configuration`)) as unknown as Endpoints;
}

/** Registers a public client with a loopback redirect URI (RFC 7591, RFC 8252). */
export async function registerClient(issuer: string): Promise<RegisteredClient> {
  const { registration_endpoint } = await discover(issuer);
  const registered = await fetchJson(registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'demo',
      application_type: 'native',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }),
  });
  return { clientId: String(registered['client_id']), redirectUri: REDIRECT_URI };
}

/**
 * Signs a user in as a browser would: authorization code with PKCE (RFC 7636), redirects, cookies, the form.
 * @throws Error when the issuer refuses, naming the step
 */
export async function signInThroughForm(
  issuer: string,
  user: string,
  client: RegisteredClient,
  scope: string,
  resource: string,
): Promise<TokenSet> {
  const { authorization_endpoint, token_endpoint } = await discover(issuer);
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const authorizationUrl = new URL(authorization_endpoint);
  authorizationUrl.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope,
    resource,
    state,
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const answer = await completeLogin(authorizationUrl, user);
  if (answer.state !== state) throw new Error('sign-in: the issuer returned another state');
  return requestTokens(token_endpoint, client.clientId, {
    grant_type: 'authorization_code',
    code: answer.code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
    resource,
  });
}

/** Exchanges a refresh token for a new set; the old refresh token is used up. */
export async function refreshTokens(
  issuer: string,
  tokens: Pick<TokenSet, 'clientId' | 'refreshToken'>,
  resource: string,
): Promise<TokenSet> {
  const { token_endpoint } = await discover(issuer);
  return requestTokens(token_endpoint, tokens.clientId, {
    grant_type: 'refresh_token',
    refresh_token: tokens.refreshToken,
    resource,
  });
}

/**
 * Follows an authorization URL to its redirect URI, signing in as `user` on the way.
 * @throws Error when the form refuses the user or the issuer redirects with an error
 */
export async function completeLogin(authorizationUrl: URL, user: string): Promise<AuthorizationAnswer> {
  const redirectUri = authorizationUrl.searchParams.get('redirect_uri') ?? '';
  const cookies = new Map<string, string>();
  let url = authorizationUrl;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MAXIMUM_REDIRECTS; step += 1) {
    const response = await visit(url, cookies, form);
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
      form = undefined;
      if (url.href.startsWith(redirectUri)) return readCallback(url);
    } else if (response.ok && form === undefined) {
      form = new URLSearchParams({ user });
    } else {
      throw new Error(`sign-in as ${user}: ${url.pathname} answered ${response.status}`);
    }
  }
  throw new Error(`sign-in as ${user}: more than ${MAXIMUM_REDIRECTS} redirects`);
}

async function visit(url: URL, cookies: Map<string, string>, form: URLSearchParams | undefined): Promise<Response> {
  const response = await fetch(url, {
    method: form === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(form && { body: form }),
  });
  await response.arrayBuffer();
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (name === undefined) continue;
    if (value) cookies.set(name, value);
    else cookies.delete(name);
  }
  return response;
}

function readCallback(url: URL): AuthorizationAnswer {
  const code = url.searchParams.get('code');
  if (code === null) {
    const { error, error_description } = Object.fromEntries(url.searchParams);
    throw new Error(`sign-in: the issuer refused with ${error}: ${error_description ?? ''}`);
  }
  const { state, iss } = Object.fromEntries(url.searchParams);
  return { code, state, iss };
}

async function requestTokens(
  tokenEndpoint: string,
  clientId: string,
  parameters: Record<string, string>,
): Promise<TokenSet> {
  const tokens = await fetchJson(tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, ...parameters }),
  });
  return {
    accessToken: String(tokens['access_token']),
    refreshToken: String(tokens['refresh_token']),
    ...(typeof tokens['id_token'] === 'string' && { idToken: tokens['id_token'] }),
    clientId,
    expiresInSeconds: Number(tokens['expires_in']),
  };
}

async function fetchJson(url: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const response = await fetch(url, init);
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}: ${JSON.stringify(body)}`);
  return body;
}
