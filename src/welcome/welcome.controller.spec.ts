import { createHash } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINIMAL_ENV, RecordedLog } from '../../test/support/border-app.js';
import { loadAppConfig } from '../config/app-config.js';
import { type RunningApp, startApp } from '../start-app.js';
import { welcomePage } from './welcome-page.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const PUBLIC_URL = 'https://mcp.example.com';

let running: RunningApp;

beforeAll(async () => {
  const config = loadAppConfig({ ...MINIMAL_ENV, PUBLIC_URL, ALLOWED_HOSTS: '127.0.0.1' });
  running = await startApp(config, { logDestination: new RecordedLog() });
});
afterAll(() => running.close());

describe('WelcomeController', () => {
  it.each(['application/json', '*/*', 'application/json, text/event-stream', 'image/png', undefined])(
    'answers Accept: %s with JSON',
    async (accept) => {
      const get = request(running.url).get('/');
      const { body, headers } = await (accept === undefined ? get : get.set('Accept', accept));
      expect(body).toMatchObject({ name: 'cloudwatch-mcp-server', mcp: '/mcp' });
      expect(headers.vary).toMatch(/\bAccept\b/);
    },
  );

  it('answers a browser with a page that runs nothing, loads nothing and is framed by nobody', async () => {
    const { text, headers, type } = await request(running.url).get('/').set('Accept', BROWSER);
    expect(type).toBe('text/html');
    expect(text).toContain(`${PUBLIC_URL}/mcp`);
    expect(text).not.toMatch(/<script|<iframe|<form|<img|<link rel="stylesheet"|\son\w+=|javascript:|style="/i);
    const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-type': 'text/html; charset=utf-8',
    });
    expect(headers.vary).toMatch(/\bAccept\b/);
  });

  it('leaves every other path as it is for a browser', async () => {
    expect((await request(running.url).get('/mcp').set('Accept', BROWSER)).status).toBe(401);
    expect((await request(running.url).get('/health').set('Accept', BROWSER)).type).toBe('application/json');
  });
});

describe('welcomePage', () => {
  it('escapes what the configuration says', () => {
    const page = welcomePage({
      endpoint: 'https://a.example/"><script>alert(1)</script>',
      ways: { signIn: true, apiKeys: true },
      accessPortal: 'https://portal.example/start?a=1&b="',
    });
    expect(page).not.toContain('<script');
    expect(page).toContain('href="https://portal.example/start?a=1&amp;b=&quot;"');
  });

  it.each([
    [{ signIn: true, apiKeys: false }, /sign-in page/, /API key/],
    [{ signIn: false, apiKeys: true }, /API key/, /sign-in page/],
    [{ signIn: false, apiKeys: false }, /Sign-in is off/, /Bearer|sign-in page/],
  ])('speaks of the ways in that there are: %o', (ways, shown, hidden) => {
    const page = welcomePage({ endpoint: 'https://a.example/mcp', ways });
    expect(page).toMatch(shown);
    expect(page).not.toMatch(hidden);
  });
});
