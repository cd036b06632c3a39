import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../support/stack.js';
import { HAS_CHROMIUM, startChromium } from './chromium.js';

/** Where screenshots go, when somebody wants to look at them. */
const SCREENSHOTS = process.env['WELCOME_SCREENSHOTS'];

// What runs in the browser is text: this program knows no document.
const TELL_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective))`;

interface Layout {
  readonly scrolled: number;
  readonly family: string;
  readonly paper: string;
}
const LAYOUT = `({
  scrolled: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  family: getComputedStyle(document.body).fontFamily,
  paper: getComputedStyle(document.body).backgroundColor,
})`;

/** The colours of an element's text and of the nearest paper behind it. */
const coloursOf = (selector: string): string => `(() => {
  const element = document.querySelector(${JSON.stringify(selector)});
  let behind = element;
  while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
  return [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
})()`;

const SIZES = [
  ['a small phone', { width: 360, height: 740 }],
  ['a desktop', { width: 1280, height: 900 }],
] as const;

describe.skipIf(!HAS_CHROMIUM)('the page at the root', () => {
  let stack: Stack;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([
      startStack({ env: { AWS_IDENTITY_CENTER_START_URL: 'https://d-1234567890.awsapps.com/start' } }),
      startChromium(),
    ]);
    origin = new URL(stack.endpoint).origin;
  });
  afterAll(() => Promise.all([browser.close(), stack.close()]));

  /** Opens the page, and everything on it that can be opened; what the browser had to complain about comes along. */
  async function open(options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      if (request.url() !== `${origin}/` && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.addInitScript(TELL_VIOLATIONS);
    await page.goto(`${origin}/`, { waitUntil: 'networkidle' });
    for (const summary of await page.locator('summary').all()) await summary.click();
    return { page, complaints };
  }

  describe.each(SIZES)('on %s', (size, viewport) => {
    it.each(['light', 'dark'] as const)(
      'fits and looks as meant, in %s colours, with no complaint',
      async (colorScheme) => {
        const { page, complaints } = await open({ viewport, colorScheme });
        if (SCREENSHOTS !== undefined) {
          mkdirSync(SCREENSHOTS, { recursive: true });
          await page.screenshot({
            path: `${SCREENSHOTS}/${size.replaceAll(' ', '-')}-${colorScheme}.png`,
            fullPage: true,
          });
        }
        const { scrolled, family, paper } = await page.evaluate<Layout>(LAYOUT);
        expect(scrolled).toBe(0);
        expect(family).toContain('system-ui');
        expect(paper).toBe(colorScheme === 'dark' ? 'rgb(15, 20, 25)' : 'rgb(246, 247, 249)');
        expect(complaints).toEqual([]);
        await page.context().close();
      },
    );
  });

  it('shows the address of this server in every client, and nothing secret', async () => {
    const { page } = await open({});
    const sections = await page.locator('details').allInnerTexts();
    expect(sections.map((text) => text.split('\n', 1)[0])).toEqual([
      'Claude Code',
      'Claude Desktop',
      'VS Code',
      'Cursor',
      'LibreChat',
      'Scripts',
    ]);
    for (const text of sections) expect(text).toContain(stack.endpoint);
    const source = await page.content();
    for (const secret of [stack.apiKey, stack.aws.url, stack.issuer.issuer, 'arn:aws', '<script']) {
      expect(source).not.toContain(secret);
    }
    await page.context().close();
  });

  it('can be used with the keyboard alone, has one heading of each rank and texts with enough contrast', async () => {
    const { page } = await open({ colorScheme: 'light' });
    await page.reload();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('details').first().getAttribute('open')).not.toBeNull();
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const selector of ['.lead', '.file', 'a.button', 'footer a', 'pre']) {
        expect([colorScheme, selector, await contrast(page, selector)]).toEqual([
          colorScheme,
          selector,
          expect.toSatisfy((ratio: number) => ratio >= 4.5),
        ]);
      }
    }
    await page.context().close();
  });
});

/** The contrast of an element's text with what is behind it (WCAG 2.2, 1.4.3). */
async function contrast(page: Page, selector: string): Promise<number> {
  const [ink, paper] = await page.evaluate<string[]>(coloursOf(selector));
  const [lighter = 0, darker = 0] = [luminance(ink), luminance(paper)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour = ''): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? [])
    .map((channel) => Number(channel) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
