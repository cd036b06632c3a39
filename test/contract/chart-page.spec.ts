import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CHART_PAGE } from '../../src/chart-page/chart-page.js';
import { chartPageFiles } from '../../src/generate/chart-page-files.factory.js';

/** What a client keeps for every answer it draws. */
const MOST_BYTES = 60_000;

const between = (open: string, close: string): string => CHART_PAGE.split(open)[1]?.split(close)[0] ?? '';
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the chart page', () => {
  const script = between('<script>', '</script>');

  it('has the script that its sources make', async () => {
    for (const [path, text] of await chartPageFiles()) {
      const committed = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
      expect(committed === text, `${path} is old: run npm run generate`).toBe(true);
    }
  });

  it('allows itself nothing but its own script and style', () => {
    const policy = between('Content-Security-Policy" content="', '"').split('; ');
    expect(policy).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(between('<style>', '</style>'))}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(CHART_PAGE.match(/<script|<style|<link|<iframe|<img/g)).toEqual(['<style', '<script']);
  });

  it('names no other origin, and makes no code and no markup of texts', () => {
    const addresses = CHART_PAGE.match(/[a-z]+:\/\/[^"'`\s)]+/g) ?? [];
    expect([...new Set(addresses)]).toEqual(['http://www.w3.org/2000/svg']);
    const risky =
      /\beval\b|\bFunction\b|innerHTML|outerHTML|insertAdjacent|document\.write|createContextualFragment|DOMParser|\bfetch\b|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bimport\b|localStorage|indexedDB|document\.cookie|\.href|\burl\(/;
    expect(risky.exec(CHART_PAGE)?.[0]).toBeUndefined();
  });

  it(`is smaller than ${MOST_BYTES / 1_000} KB, and readable`, () => {
    expect(Buffer.byteLength(CHART_PAGE)).toBeLessThan(MOST_BYTES);
    expect(Math.max(...script.split('\n').map((line) => line.length))).toBeLessThan(300);
  });
});
