import type { DemoStack } from './demo-stack.js';
import type { DemoUserName } from './oidc-issuer/users.js';
import type { TokenSet } from './oidc-issuer/sign-in.js';
import { expectEqual, expectThat, type TourLog } from './tour-log.js';

/** What a client of the protocol does first: it is sent away, finds the identity provider and signs its user in. */
export async function signInTour(tour: TourLog, stack: DemoStack): Promise<Partial<Record<DemoUserName, string>>> {
  tour.chapter('Signing in');
  const metadataUrl = await tour.step('a call without a token', () => challenge(stack));
  const issuer = await tour.step('the metadata it points to', () => resourceMetadata(stack, metadataUrl));
  await tour.step("the issuer's discovery document", () => discovery(issuer));
  const alice = await tour.step('alice signs in', () => signIn(stack, 'alice'));
  const bob = await tour.step('bob signs in', () => signIn(stack, 'bob'));
  const carol = await tour.step('carol signs in', () => signIn(stack, 'carol'));
  await tour.step('a token that has expired', () => expiredToken(stack));
  const renewed = await tour.step("alice's client refreshes", () => refresh(stack, alice));
  return { alice: (renewed ?? alice)?.accessToken, bob: bob?.accessToken, carol: carol?.accessToken };
}

function post(stack: DemoStack, token?: string): Promise<Response> {
  return fetch(stack.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
}

async function challenge(stack: DemoStack) {
  const response = await post(stack);
  const header = response.headers.get('www-authenticate') ?? '';
  expectEqual('status', response.status, 401);
  expectThat(header.startsWith('Bearer realm="'), 'WWW-Authenticate', 'Bearer with a realm', header);
  expectThat(!header.includes('error='), 'WWW-Authenticate', 'no error, since no credential was presented', header);
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(header)?.[1];
  expectThat(metadataUrl !== undefined, 'WWW-Authenticate', 'resource_metadata', header);
  return { gist: '401 with a challenge', details: [`WWW-Authenticate: ${header}`], value: metadataUrl };
}

async function resourceMetadata(stack: DemoStack, url: string | undefined) {
  expectThat(url !== undefined, 'resource_metadata', 'an address from the challenge', url);
  const metadata = await json(url);
  expectEqual('resource', metadata['resource'], stack.endpoint);
  expectEqual('authorization_servers', metadata['authorization_servers'], [stack.issuer.issuer]);
  const root = new URL('/.well-known/oauth-protected-resource', url).href;
  expectEqual('the same document at the root', await json(root), metadata);
  const details = [`GET ${url}`, `resource ${stack.endpoint}`, `authorization_servers ${stack.issuer.issuer}`];
  return { gist: 'names this server and its one identity provider', details, value: stack.issuer.issuer };
}

async function discovery(issuer: string | undefined) {
  expectThat(issuer !== undefined, 'issuer', 'an address from the metadata', issuer);
  const document = await json(`${issuer}/.well-known/openid-configuration`);
  expectEqual('issuer', document['issuer'], issuer);
  expectEqual('code_challenge_methods_supported', document['code_challenge_methods_supported'], ['S256']);
  expectThat('registration_endpoint' in document, 'discovery', 'a registration_endpoint', document);
  return { gist: 'clients register themselves; authorization code with PKCE', value: undefined };
}

async function signIn(stack: DemoStack, user: DemoUserName) {
  const tokens = await stack.issuer.signIn(user);
  const claims = claimsOf(tokens.accessToken);
  expectEqual('sub', claims['sub'], user);
  expectEqual('aud', claims['aud'], stack.endpoint);
  const { groups, 'custom:role_arn': role } = claims;
  const wish = typeof role === 'string' ? `custom:role_arn ${role}` : 'no role: the server decides by the groups';
  const details = [`sub ${user}, groups ${String(groups)}`, wish];
  return { gist: `an access token for ${stack.endpoint}`, details, value: tokens };
}

async function expiredToken(stack: DemoStack) {
  const response = await post(stack, await stack.issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: -600 }));
  const header = response.headers.get('www-authenticate') ?? '';
  expectEqual('status', response.status, 401);
  expectThat(header.includes('error="invalid_token"'), 'WWW-Authenticate', 'error="invalid_token"', header);
  expectThat(/error_description="[^"]*expired/.test(header), 'WWW-Authenticate', 'a description that says so', header);
  return { gist: `401, ${/error_description="([^"]*)"/.exec(header)?.[1]}`, value: undefined };
}

async function refresh(stack: DemoStack, tokens: TokenSet | undefined) {
  expectThat(tokens !== undefined, 'refresh token', "one from alice's sign-in", tokens);
  const renewed = await stack.issuer.refresh(tokens);
  const response = await post(stack, renewed.accessToken);
  await response.arrayBuffer();
  expectEqual('status with the new token', response.status, 200);
  return { gist: 'a new token, without asking alice', value: renewed };
}

async function json(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  expectEqual(`GET ${url}`, response.status, 200);
  return (await response.json()) as Record<string, unknown>;
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
