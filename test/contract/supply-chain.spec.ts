import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { thirdPartyDocument } from '../../src/generate/third-party-document.js';
import { thirdPartyFiles } from '../../src/generate/third-party-files.factory.js';
import { type LockFile, lockProblems, type Manifest, packageAt } from '../support/lock-file.js';
import { readProjectFile } from './markdown.js';

const lock = JSON.parse(readProjectFile('package-lock.json')) as LockFile;
const manifest = JSON.parse(readProjectFile('package.json')) as Manifest & { scripts: Record<string, string> };
const production = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);

describe('package-lock.json', () => {
  it('holds only packages of the registry, each with its SHA-512, and what package.json names exactly [SUP-01]', () => {
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
    expect(lockProblems(lock, manifest)).toEqual([]);
  });

  it('has no install script that may run, so that npm ci --ignore-scripts gives the same [SUP-01]', () => {
    const scripts = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    const named = manifest.allowScripts ?? {};
    expect(scripts.filter(([path, entry]) => named[packageAt(path, entry)] !== false)).toEqual([]);
    // And none is named that has none: the list would allow it one unseen.
    expect(Object.keys(named)).toEqual(scripts.map(([path, entry]) => packageAt(path, entry)));
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });
});

describe('lockProblems', () => {
  const good = lock.packages['node_modules/rxjs'] ?? {};
  const withEntry = (entry: object, path = 'node_modules/rxjs'): LockFile => ({
    ...lock,
    packages: { ...lock.packages, [path]: { ...good, ...entry } },
  });
  const problems = (changed: LockFile, other: Manifest = manifest): string[] => lockProblems(changed, other);

  it.each([
    ['no hash', withEntry({ integrity: undefined }), /rxjs: no sha512/],
    ['a weak hash', withEntry({ integrity: 'sha1-aaaaaaaaaaaaaaaaaaaaaaaaaaa=' }), /rxjs: no sha512/],
    ['http', withEntry({ resolved: 'http://registry.npmjs.org/rxjs/-/rxjs-7.8.2.tgz' }), /rxjs: from http:/],
    ['another host', withEntry({ resolved: 'https://registry.npmjs.org.example/rxjs.tgz' }), /rxjs: from https:/],
    ['git', withEntry({ resolved: 'git+ssh://git@github.com/a/rxjs.git#abc' }), /rxjs: from git/],
    ['a file', withEntry({ resolved: 'file:../rxjs' }), /rxjs: from file:/],
    ['a link', withEntry({ link: true }), /rxjs: not from the registry/],
    ['a workspace', withEntry({}, 'packages/rxjs'), /packages\/rxjs: not from the registry/],
    ['a script', withEntry({ hasInstallScript: true }), /rxjs: an install script/],
    ['a dependency by address', withEntry({ dependencies: { a: 'https://example.com/a.tgz' } }), /rxjs: a from https/],
    ['a dependency by repository', withEntry({ dependencies: { a: 'github:a/a#main' } }), /rxjs: a from github/],
  ])('finds %s', (_, changed, expected) => {
    expect(problems(changed)).toEqual([expect.stringMatching(expected)]);
  });

  it.each(['^7.8.2', '~7.8.2', '7', 'latest', '*'])('finds that %s is no exact version', (version) => {
    const loose = { ...manifest, dependencies: { ...manifest.dependencies, rxjs: version } };
    expect(problems(lock, loose)).toContain(`package.json: rxjs ${version} is no exact version`);
  });

  it('finds a lock that is of another package.json', () => {
    const { rxjs: _, ...fewer } = manifest.dependencies ?? {};
    expect(problems(lock, { ...manifest, dependencies: fewer })).toEqual([
      'package-lock.json: rxjs is not in package.json',
    ]);
  });
});

interface Component {
  readonly 'bom-ref': string;
  readonly scope: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
}

describe('npm run sbom', () => {
  let sbom: {
    readonly bomFormat: string;
    readonly specVersion: string;
    readonly components: readonly Component[];
    readonly dependencies: readonly { readonly dependsOn?: readonly string[] }[];
  };

  beforeAll(() => {
    const [program, ...args] = (manifest.scripts['sbom'] ?? '').split(' ');
    expect(program).toBe('node');
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    sbom = JSON.parse(
      execFileSync(process.execPath, args, {
        cwd,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
  });

  it('lists every locked production package with its hash, and nothing else, as CycloneDX [SUP-02]', () => {
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: expect.stringMatching(/^1\.[5-9]$/) });
    const title = ({ name, version, hashes }: Component): string =>
      `${name}@${version} ${hashes.find(({ alg }) => alg === 'SHA-512')?.content}`;
    const expected = production.map(([path, entry]) => {
      const hash = Buffer.from(entry.integrity?.replace('sha512-', '') ?? '', 'base64').toString('hex');
      return `${packageAt(path, entry)}@${entry.version} ${hash}`;
    });
    expect(sbom.components.map(title).sort()).toEqual([...new Set(expected)].sort());
    expect(sbom.components.filter(({ purl }) => !purl.startsWith('pkg:npm/'))).toEqual([]);
    // What a scanner may take for a reason to look away.
    expect(sbom.components.filter(({ scope }) => scope !== 'required')).toEqual([]);
    const refs = new Set(sbom.components.map((one) => one['bom-ref']));
    const asked = sbom.dependencies.flatMap(({ dependsOn = [] }) => dependsOn);
    expect(asked.filter((ref) => !refs.has(ref))).toEqual([]);
    expect(asked.length).toBeGreaterThan(refs.size / 2);
  });
});

describe('docs/third-party.md', () => {
  it('is what the lock holds, under licences that are allowed', async () => {
    for (const [path, text] of await thirdPartyFiles()) expect(readProjectFile(path)).toBe(text);
  });

  it.each(['GPL-3.0', 'SSPL-1.0', 'UNLICENSED', ''])('cannot be written with a package under "%s"', (licence) => {
    const packages = [
      { name: 'good', version: '1.0.0', licence: 'MIT' },
      { name: 'bad', version: '2.0.0', licence },
    ];
    expect(() => thirdPartyDocument(packages)).toThrow(
      `Licences that are not allowed: bad@2.0.0 (${licence || 'none stated'})`,
    );
  });
});
