import { decodeJwt } from 'jose';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_SIGN_IN, RememberedSignIn } from '../support/sign-in-client.js';
import { signersOf, type Stack, startStack } from '../support/stack.js';
import { HAS_CHROMIUM, startChromium } from './chromium.js';
import { DesktopApp } from './desktop-app.js';

const CLIENT_DOCUMENT = 'https://client.test/oauth/client.json';

describe.skipIf(!HAS_CHROMIUM)('signing in with a browser', () => {
  let browser: Browser;
  let app: DesktopApp;

  beforeAll(async () => {
    [browser, app] = await Promise.all([startChromium(), DesktopApp.start()]);
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  describe('where clients register themselves', () => {
    let stack: Stack;

    beforeAll(async () => {
      stack = await startStack();
    });
    afterAll(() => stack.close());
    beforeEach(() => stack.aws.calls.clear());

    it.each(EVERY_SIGN_IN)('%s finds its way from the 401 to the tools as alice [A1][A9][A12]', async (_, connect) => {
      const signIn = new RememberedSignIn({ redirectUrl: app.redirectUrl });
      const client = await connect(stack.endpoint, signIn, app.browse('alice', browser));
      expect(await client.tools()).toEqual(expect.arrayContaining(['describe_log_groups', 'get_active_alarms']));
      expect((await client.call('describe_log_groups')).isError).toBeFalsy();
      await client.close();

      expect(signIn.authorizationUrls).toHaveLength(1);
      const asked = Object.fromEntries(signIn.authorizationUrls[0]?.searchParams ?? []);
      expect(asked).toMatchObject({ resource: stack.endpoint, code_challenge_method: 'S256', response_type: 'code' });
      expect(decodeJwt(signIn.issued[0] ?? '')).toMatchObject({
        iss: stack.issuer.issuer,
        aud: stack.endpoint,
        sub: 'alice',
        client_id: signIn.information?.client_id,
      });
      expect(signersOf(stack.aws, 'DescribeLogGroups')).toEqual([
        expect.stringMatching(/assumed-role\/CloudWatchReader\/alice-/),
      ]);
    });

    it('signs two users in side by side, each with their own AWS role', async () => {
      const [, connect] = EVERY_SIGN_IN[0] ?? [];
      for (const [user, account] of [
        ['bob', '222222222222'],
        ['alice', '111111111111'],
      ] as const) {
        stack.aws.calls.clear();
        const signIn = new RememberedSignIn({ redirectUrl: app.redirectUrl });
        const client = await connect?.(stack.endpoint, signIn, app.browse(user, browser));
        await client?.call('get_active_alarms');
        await client?.close();
        expect(signersOf(stack.aws, 'DescribeAlarms')).toEqual([
          expect.stringMatching(new RegExp(`^arn:aws:sts::${account}:assumed-role/CloudWatchReader/${user}-`)),
        ]);
      }
    });
  });

  describe('where clients are known by their metadata document', () => {
    let stack: Stack;
    const read: string[] = [];

    beforeAll(async () => {
      stack = await startStack({
        fetchClientDocument: async (url) => {
          read.push(url);
          return Response.json({
            client_id: CLIENT_DOCUMENT,
            client_name: 'e2e',
            application_type: 'native',
            redirect_uris: [app.redirectUrl],
          });
        },
      });
    });
    afterAll(() => stack.close());

    it.each(EVERY_SIGN_IN)('%s signs in under its document, without registering [A1][A12]', async (_, connect) => {
      const signIn = new RememberedSignIn({ redirectUrl: app.redirectUrl, clientMetadataUrl: CLIENT_DOCUMENT });
      const client = await connect(stack.endpoint, signIn, app.browse('alice', browser));
      expect((await client.call('get_active_alarms')).isError).toBeFalsy();
      await client.close();
      expect(signIn.information?.client_id).toBe(CLIENT_DOCUMENT);
      expect(decodeJwt(signIn.issued[0] ?? '')).toMatchObject({ sub: 'alice', client_id: CLIENT_DOCUMENT });
      expect(read).toEqual([CLIENT_DOCUMENT]);
    });
  });
});
