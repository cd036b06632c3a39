import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browse, EVERY_SIGN_IN, RememberedSignIn } from '../support/sign-in-client.js';
import { signersOf, type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

describe.each(EVERY_SIGN_IN)('%s', (_name, connect) => {
  it('discovers, signs in, and refreshes an expired token without the user noticing [A9][A12][A17]', async () => {
    stack.aws.calls.clear();
    const signIn = new RememberedSignIn({ redirectUrl: 'http://127.0.0.1:9/callback' });
    const client = await connect(stack.endpoint, signIn, browseAs('alice'));
    expect(await client.tools()).toContain('get_active_alarms');
    const issuedBefore = signIn.issued.length;
    await expireTokens(signIn);
    const result = await client.call('get_active_alarms');
    await client.close();

    expect(result.isError).toBeFalsy();
    expect(signIn.issued.length).toBeGreaterThan(issuedBefore);
    expect(signIn.authorizationUrls).toHaveLength(1);
    expect(signersOf(stack.aws, 'DescribeAlarms')).toEqual([
      expect.stringMatching(/assumed-role\/CloudWatchReader\/alice-/),
    ]);
  });
});

/** The user's browser without a browser: the redirects, the cookies and the form over plain HTTP. */
function browseAs(user: string): Browse {
  return async (authorizationUrl) => {
    const { code, iss = '' } = await stack.issuer.completeLogin(authorizationUrl, user);
    return new URLSearchParams({ code, iss });
  };
}

/** Puts an access token in place that expired a minute ago, as if the client had slept; the refresh token stays. */
async function expireTokens(signIn: RememberedSignIn): Promise<void> {
  if (signIn.stored === undefined) throw new Error('not signed in');
  const expired = await stack.issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: -60 });
  signIn.stored = { ...signIn.stored, access_token: expired };
}
