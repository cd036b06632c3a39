import { decodeJwt } from 'jose';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_SIGN_IN, RememberedSignIn } from '../support/sign-in-client.js';
import { type Stack, startStack, usersOf } from '../support/stack.js';
import { HAS_CHROMIUM, startChromium } from './chromium.js';
import { DesktopApp } from './desktop-app.js';

/** The server accepts clocks that differ by this much, so a token lives so much longer. */
const TOLERANCE_SECONDS = 30;

describe.skipIf(!HAS_CHROMIUM)('an access token that expires while its user works', () => {
  let browser: Browser;
  let stack: Stack;

  beforeAll(async () => {
    [browser, stack] = await Promise.all([startChromium(), startStack({ accessTokenSeconds: 2 })]);
  });
  afterAll(async () => {
    await browser.close();
    await stack.close();
  });

  // Concurrent: they all do nothing but wait.
  it.concurrent.for(EVERY_SIGN_IN)(
    '%s refreshes it and the user notices nothing [A17]',
    async ([, connect], { onTestFinished }) => {
      const app = await DesktopApp.start();
      onTestFinished(() => app.close());
      const signIn = new RememberedSignIn({ redirectUrl: app.redirectUrl });
      const client = await connect(stack.endpoint, signIn, app.browse('alice', browser));
      expect((await client.call('get_active_alarms')).isError).toBeFalsy();
      const [first = ''] = signIn.issued;
      expect(signIn.issued).toEqual([first]);

      await untilExpired(first);
      expect(await statusOf(first)).toBe(401);
      expect((await client.call('get_active_alarms')).isError).toBeFalsy();
      await client.close();

      expect(signIn.authorizationUrls).toHaveLength(1);
      expect(signIn.issued).toHaveLength(2);
      expect(decodeJwt(signIn.issued[1] ?? '')).toMatchObject({ sub: 'alice', aud: stack.endpoint });
      expect(usersOf(stack.aws, 'DescribeAlarms')).toEqual(['CloudWatchReader/alice']);
    },
  );

  async function untilExpired(token: string): Promise<void> {
    const refusedFrom = ((decodeJwt(token).exp ?? 0) + TOLERANCE_SECONDS + 1) * 1000;
    await new Promise((resolve) => setTimeout(resolve, refusedFrom - Date.now()));
  }

  async function statusOf(token: string): Promise<number> {
    const response = await fetch(stack.endpoint, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    return response.status;
  }
});
