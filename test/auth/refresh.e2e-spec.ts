import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

/** A client's own memory of its sign-in, as a chat front end keeps it. */
class RememberedSignIn implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1/callback';
  readonly clientMetadata = {
    client_name: 'e2e',
    redirect_uris: [this.redirectUrl],
    token_endpoint_auth_method: 'none',
  };
  authorizationUrl: URL | undefined;
  readonly issued: string[] = [];
  private information: OAuthClientInformationMixed | undefined;
  private stored: OAuthTokens | undefined;
  private verifier = '';

  clientInformation = (): OAuthClientInformationMixed | undefined => this.information;
  saveClientInformation = (information: OAuthClientInformationMixed): void => {
    this.information = information;
  };
  tokens = (): OAuthTokens | undefined => this.stored;
  saveTokens = (tokens: OAuthTokens): void => {
    this.stored = tokens;
    this.issued.push(tokens.access_token);
  };
  redirectToAuthorization = (url: URL): void => {
    this.authorizationUrl = url;
  };
  saveCodeVerifier = (verifier: string): void => {
    this.verifier = verifier;
  };
  codeVerifier = (): string => this.verifier;
}

describe('a standard client that signed in once', () => {
  it('discovers, signs in, and refreshes an expired token without the user noticing [A9][A12][A17]', async () => {
    const signIn = new RememberedSignIn();
    const first = new StreamableHTTPClientTransport(new URL(stack.endpoint), { authProvider: signIn });
    await expect(new Client({ name: 'e2e', version: '1' }).connect(first)).rejects.toThrow();
    const { code } = await stack.issuer.completeLogin(signIn.authorizationUrl ?? new URL('about:blank'), 'alice');
    await first.finishAuth(code);

    const client = new Client({ name: 'e2e', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(stack.endpoint), { authProvider: signIn }));
    expect((await client.listTools()).tools).toHaveLength(8);
    const issuedBefore = signIn.issued.length;
    await expireTokens(signIn);
    const result = await client.callTool({ name: 'get_active_alarms', arguments: {} });
    await client.close();

    expect(result.isError).toBeFalsy();
    expect(signIn.issued.length).toBeGreaterThan(issuedBefore);
    const signers = stack.aws.calls.of('DescribeAlarms').map(({ principalArn }) => principalArn);
    expect(signers).toEqual([expect.stringMatching(/assumed-role\/CloudWatchReader\/alice-/)]);
  });
});

/** Puts an access token in place that expired a minute ago, as if the client had slept; the refresh token stays. */
async function expireTokens(signIn: RememberedSignIn): Promise<void> {
  const tokens = signIn.tokens();
  if (tokens === undefined) throw new Error('not signed in');
  signIn.saveTokens({
    ...tokens,
    access_token: await stack.issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: -60 }),
  });
  signIn.issued.pop();
}
