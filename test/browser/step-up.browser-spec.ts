import { decodeJwt } from 'jose';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SIGN_IN, RememberedSignIn } from '../support/sign-in-client.js';
import { type Stack, startStack } from '../support/stack.js';
import { HAS_CHROMIUM, startChromium } from './chromium.js';
import { DesktopApp } from './desktop-app.js';

describe.skipIf(!HAS_CHROMIUM)('asking the user for more', () => {
  let browser: Browser;
  let app: DesktopApp;
  let stack: Stack;

  beforeAll(async () => {
    [browser, app, stack] = await Promise.all([
      startChromium(),
      DesktopApp.start(),
      startStack({ env: { OAUTH_REQUIRED_SCOPES: 'cw:read', TOOL_SCOPES: 'logs=cw:query' } }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
    await stack.close();
  });
  beforeEach(() => stack.aws.calls.clear());

  const scopesOf = (token: string | undefined): string[] => String(decodeJwt(token ?? '')['scope']).split(' ');

  it.each(EVERY_SIGN_IN)(
    '%s signs in with few scopes, meets the 403, and returns with more [A14]',
    async (name, connect) => {
      // SDK 1.x refreshes whenever it can, which never widens a token: its hosts step up by signing in anew.
      const signIn = new RememberedSignIn({ redirectUrl: app.redirectUrl, refreshes: !name.startsWith('SDK 1') });
      const client = await connect(stack.endpoint, signIn, app.browse('alice', browser));
      expect(await client.tools()).not.toContain('describe_log_groups');
      expect((await client.call('get_active_alarms')).isError).toBeFalsy();
      expect(scopesOf(signIn.issued[0])).toContain('cw:read');
      expect(scopesOf(signIn.issued[0])).not.toContain('cw:query');
      expect(signIn.authorizationUrls).toHaveLength(1);

      const result = await client.call('describe_log_groups');
      expect(result.isError).toBeFalsy();
      expect(signIn.authorizationUrls).toHaveLength(2);
      expect(scopesOf(signIn.issued.at(-1))).toEqual(expect.arrayContaining(['cw:read', 'cw:query']));
      await client.close();
      expect(stack.aws.calls.of('DescribeLogGroups')).toHaveLength(1);
    },
  );
});
