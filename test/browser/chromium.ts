import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** False on a machine without Chromium; what needs it is skipped there, and says so. */
export const HAS_CHROMIUM = existsSync(EXECUTABLE);

if (!HAS_CHROMIUM) console.warn(`No Chromium at ${EXECUTABLE} (CHROMIUM_PATH): the sign-in tests are skipped.`);

/** A browser that talks to nobody but the pages it is sent to. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens the address as a user who was never here before, signs in on the provider's page, and ends on the client's own. */
export async function signInAs(user: string, browser: Browser, authorizationUrl: URL): Promise<void> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(authorizationUrl.href);
    // A request that the provider refuses comes straight back.
    if (new URL(page.url()).origin !== authorizationUrl.origin) return;
    await page.click(`button[value="${user}"]`);
    await page.waitForURL((url) => url.origin !== authorizationUrl.origin);
  } finally {
    await context.close();
  }
}
