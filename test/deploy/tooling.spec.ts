import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deadLinks, externalLinks } from '../../config/tooling/check-links.js';
import { findings, type Locked, lockedPackages, publishedOnNpm } from '../../config/tooling/dependency-age.js';
import { pinned, releaseOnGitHub } from '../../config/tooling/pin-actions.js';
import { productionOnly } from '../../config/tooling/sbom.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = new Date('2026-11-21T12:00:00Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

let server: Server;
let answers: Record<string, { status?: number; body: unknown }>;
let asked: string[];
beforeEach(async () => {
  answers = {};
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status = 200, body } = answers[decodeURIComponent(request.url ?? '')] ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => void server.close(resolve));
});
const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('pinned', () => {
  const OLD = 'a'.repeat(40);
  const NEW = 'b'.repeat(40);
  const at = (days: number) => () => Promise.resolve({ commit: NEW, committedAt: daysAgo(days) });

  it.each([
    ['a version', '- uses: actions/checkout@v7', `- uses: actions/checkout@${NEW} # v7`],
    ['an action in a folder', 'uses: a/b/c/d@v1', `uses: a/b/c/d@${NEW} # v1`],
    ['an older commit', `uses: a/b@${OLD} # v7`, `uses: a/b@${NEW} # v7`],
    ['a workflow of the project itself', 'uses: ./.github/workflows/test.yml', 'uses: ./.github/workflows/test.yml'],
    ['a commit of no version', `uses: a/b@${OLD}`, `uses: a/b@${OLD}`],
    [
      'two of which one begins like the other',
      'uses: a/b@v1\nuses: a/b@v10',
      `uses: a/b@${NEW} # v1\nuses: a/b@${NEW} # v10`,
    ],
  ])('handles %s', async (_, before, after) => {
    expect(await pinned(before, at(30), NOW)).toBe(after);
  });

  it('moves no pin to a commit younger than a week', async () => {
    const before = `uses: a/b@${OLD} # v7`;
    expect(await pinned(before, at(6.9), NOW)).toBe(before);
    expect(await pinned(before, at(7.1), NOW)).toBe(`uses: a/b@${NEW} # v7`);
  });

  it('changes nothing the second time', async () => {
    const once = await pinned('- uses: a/b@v7\n- uses: c/d@v1\n', at(30), NOW);
    expect(await pinned(once, at(30), NOW)).toBe(once);
  });

  it('refuses what is no commit', async () => {
    const answer = () => Promise.resolve({ commit: 'main', committedAt: NOW });
    await expect(pinned('uses: a/b@v7', answer, NOW)).rejects.toThrow('a/b@v7 is no commit: main');
  });
});

describe('releaseOnGitHub', () => {
  it('asks for the commit of a version, or says what GitHub answered', async () => {
    vi.stubEnv('GITHUB_API_URL', url());
    const body = { sha: 'c'.repeat(40), commit: { committer: { date: '2026-10-01T00:00:00Z' } } };
    answers['/repos/actions/checkout/commits/v7'] = { body };
    expect(await releaseOnGitHub('actions/checkout', 'v7')).toEqual({
      commit: 'c'.repeat(40),
      committedAt: new Date('2026-10-01T00:00:00Z'),
    });
    await expect(releaseOnGitHub('actions/checkout', 'v8')).rejects.toThrow(
      'GitHub answers 404 for actions/checkout@v8',
    );
  });
});

describe('externalLinks', () => {
  it('finds what is meant as a link, once and without its anchor', () => {
    const text = 'See [a](https://a.dev/x#part), <https://a.dev/x>, https://b.dev/y. And (https://c.dev).';
    expect(externalLinks(text)).toEqual(['https://a.dev/x', 'https://b.dev/y', 'https://c.dev']);
  });

  it.each([
    'https://mcp.example.com/mcp',
    'http://localhost:3334',
    'http://127.0.0.1:9464/metrics',
    'https://your-org.okta.com',
    'https://cognito-idp.{region}.amazonaws.com',
    '`https://a.dev/in-code`',
    '```sh\ncurl https://a.dev/in-a-block\n```',
  ])('leaves out %j, which is an example', (text) => {
    expect(externalLinks(text)).toEqual([]);
  });
});

describe('deadLinks', () => {
  it('names pages that are gone and sites that do not answer twice, and nothing else', async () => {
    const once = new Set<string>();
    const ask = (link: string): Promise<number | string> => {
      if (link === 'https://slow.dev' && !once.has(link)) return Promise.resolve(once.add(link) && 'ETIMEDOUT');
      const given: Record<string, number | string> = {
        'https://gone.dev': 404,
        'https://removed.dev': 410,
        'https://nobody.dev': 'ENOTFOUND',
        'https://no-robots.dev': 403,
        'https://busy.dev': 503,
      };
      return Promise.resolve(given[link] ?? 200);
    };
    const links = ['gone', 'removed', 'nobody', 'no-robots', 'busy', 'slow', 'good'].map(
      (name) => `https://${name}.dev`,
    );
    expect(await deadLinks(links, ask)).toEqual([
      'https://gone.dev: 404',
      'https://nobody.dev: ENOTFOUND',
      'https://removed.dev: 410',
    ]);
  });
});

describe('findings of deps:age', () => {
  const locked = (name: string, version: string, installScript = false): Locked => ({ name, version, installScript });
  const published = (days: number, by = 'ann') => Promise.resolve({ at: daysAgo(days), by });

  it('names versions younger than a week when they were locked, and such as nobody published [SUP-05]', async () => {
    const ages: Record<string, number> = { old: 400, week: 7.01, young: 6.9, later: -1 };
    const of = (name: string) => (name in ages ? published(ages[name] ?? 0) : Promise.resolve(undefined));
    const lock = [...Object.keys(ages), 'none'].map((name) => locked(name, '1.0.0'));
    expect(await findings(lock, undefined, NOW, of)).toEqual([
      'later@1.0.0: -1.0 days old when it was locked',
      'none@1.0.0: not in the registry',
      'young@1.0.0: 6.9 days old when it was locked',
    ]);
  });

  it('beside the lock before, asks about changes only and names new publishers and scripts [SUP-05]', async () => {
    const of = vi.fn((name: string, version: string) => published(30, `${name}-${version === '2.0.0' ? 'b' : 'a'}`));
    const before = [locked('same', '1.0.0'), locked('other', '1.0.0')];
    const now = [locked('same', '1.0.0'), locked('other', '2.0.0', true), locked('first', '1.0.0', true)];
    expect(await findings(now, before, NOW, of)).toEqual([
      'other@2.0.0: has an install script, 1.0.0 not',
      'other@2.0.0: published by other-b, 1.0.0 by other-a',
    ]);
    expect(of.mock.calls.map(([name]) => name)).not.toContain('same');
  });

  it('reads each version of the lock once, under the name that was installed', () => {
    const packages = {
      '': { version: '0.1.0' },
      'node_modules/@a/b': { version: '1.0.0', hasInstallScript: true },
      'node_modules/c/node_modules/@a/b': { version: '1.0.0', hasInstallScript: true },
      'node_modules/alias': { name: 'real', version: '2.0.0' },
    };
    expect(lockedPackages(JSON.stringify({ packages }))).toEqual([
      { name: '@a/b', version: '1.0.0', installScript: true },
      { name: 'real', version: '2.0.0', installScript: false },
    ]);
  });
});

describe('publishedOnNpm', () => {
  it('asks the registry that npm is set up for', async () => {
    vi.stubEnv('npm_config_registry', url());
    const cache = mkdtempSync(join(tmpdir(), 'npm-cache-'));
    vi.stubEnv('npm_config_cache', cache);
    const version = { name: 'a', version: '1.0.0', _npmUser: { name: 'ann', email: 'ann@example.com' } };
    const body = {
      name: 'a',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': version },
      time: { '1.0.0': '2026-10-01T00:00:00.000Z' },
    };
    answers['/a'] = { body };
    expect(await publishedOnNpm('a', '1.0.0')).toEqual({ at: new Date('2026-10-01T00:00:00Z'), by: 'ann' });
    expect(await publishedOnNpm('b', '1.0.0')).toBeUndefined();
    expect(asked).toEqual(['/a', '/b']);
    rmSync(cache, { recursive: true });
  });
});

describe('productionOnly', () => {
  it('keeps what production has, and takes back that it were for development', () => {
    const of = (name: string, development: boolean) => ({
      'bom-ref': `${name}@1.0.0`,
      scope: development ? 'optional' : 'required',
      properties: development ? [{ name: 'cdx:npm:package:development' }] : [],
    });
    const packages = {
      '': { name: 'app', version: '1.0.0' },
      'node_modules/both': { version: '1.0.0' },
      'node_modules/tool': { version: '1.0.0', dev: true },
      'node_modules/tool/node_modules/both': { version: '1.0.0', dev: true },
    };
    const dependencies = [
      { ref: 'app@1.0.0', dependsOn: ['both@1.0.0', 'tool@1.0.0'] },
      { ref: 'tool@1.0.0', dependsOn: ['both@1.0.0'] },
    ];
    expect(productionOnly({ components: [of('both', true), of('tool', true)], dependencies }, { packages })).toEqual({
      components: [of('both', false)],
      dependencies: [{ ref: 'app@1.0.0', dependsOn: ['both@1.0.0'] }],
    });
  });
});
