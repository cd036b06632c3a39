import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { NOT_FOR_STDIO } from '../../src/config/stdio-config.js';
import { settingsSchema } from '../../src/config/settings.js';
import { npmPackages, type ProjectManifest } from '../../src/generate/npm-packages.js';
import { USAGE } from '../../src/stdio-bridge/usage.js';
import { REGISTRY_SCHEMA } from './registry-schema.js';

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly packages: readonly {
    readonly identifier: string;
    readonly version: string;
    readonly environmentVariables: readonly { readonly name: string; readonly isSecret?: boolean }[];
  }[];
}

const shipped = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const project = shipped('package.json') as ProjectManifest;
const entry = shipped('config/registry/server.json') as Entry;
const validate = new Ajv2020({ allErrors: true }).compile(REGISTRY_SCHEMA);

describe('the entry of the MCP registry', () => {
  it('is as the registry documents it', () => {
    validate(entry);
    expect(validate.errors).toBeNull();
  });

  it.each<[what: string, change: object]>([
    ['a name without a slash', { name: 'cloudwatch-mcp-server' }],
    ['a name with two', { name: 'io.github.a/b/c' }],
    ['a long description', { description: 'x'.repeat(101) }],
    ['no version', { version: undefined }],
    ['a package of the version latest', { packages: [{ ...entry.packages[0], version: 'latest' }] }],
    ['a package of a range of versions', { packages: [{ ...entry.packages[0], version: '^1.2.3' }] }],
    ['a package without a transport', { packages: [{ ...entry.packages[0], transport: undefined }] }],
    [
      'an argument without a value',
      { packages: [{ ...entry.packages[0], packageArguments: [{ type: 'positional' }] }] },
    ],
    ['the names of the first format', { packages: [{ ...entry.packages[0], registry_type: 'npm' }] }],
  ])('would be refused with %s', (_what, change) => {
    expect(validate(JSON.parse(JSON.stringify({ ...entry, ...change })))).toBe(false);
  });

  it('names the packages that are made, in their version and with the name that they prove to be its own by', () => {
    const packages = npmPackages(project).map(({ manifest }) => manifest);
    expect(entry.packages.map(({ identifier, version }) => [identifier, version])).toEqual(
      packages.map(({ name, version }) => [name, version]),
    );
    expect([entry.version, entry.name]).toEqual([project.version, project.mcpName]);
    for (const { mcpName } of packages) expect(mcpName).toBe(entry.name);
  });

  it('asks for variables that the programs read, and hides the key', () => {
    const [server, bridge] = entry.packages.map(({ environmentVariables }) => environmentVariables);
    const read = new Set<string>(Object.keys(settingsSchema.shape).filter((name) => !isUnread(name)));
    expect(server?.filter(({ name }) => !read.has(name))).toEqual([]);
    expect(bridge?.filter(({ name }) => !USAGE.includes(`${name} `))).toEqual([]);
    expect(bridge?.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual(['MCP_API_KEY']);
  });

  it('names no address of a server: everyone runs their own', () => {
    expect(entry).not.toHaveProperty('remotes');
  });
});

function isUnread(name: string): boolean {
  return (NOT_FOR_STDIO as ReadonlySet<string>).has(name);
}

describe('npmPackages', () => {
  const [server, bridge] = npmPackages(project);

  it('needs what the server needs to run and nothing of its development', () => {
    expect(server?.manifest['dependencies']).toEqual(project.dependencies);
    for (const version of Object.values(project.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(bridge?.manifest).not.toHaveProperty('dependencies');
    for (const { manifest } of npmPackages(project)) {
      expect(Object.keys(manifest)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(devD|optionalD|scripts|private)/)]),
      );
    }
  });

  it.each([
    ['main.js', true, false],
    ['stdio/line-transport.js', true, false],
    ['stdio-bridge/bridge.js', false, true],
    ['stdio-bridge/bridge.js.map', false, false],
    ['main.js.map', false, false],
    ['main.d.ts', false, false],
    ['tsconfig.tsbuildinfo', false, false],
  ])('puts dist/%s where it belongs', (path, inServer, inBridge) => {
    expect([server?.holds(path), bridge?.holds(path)]).toEqual([inServer, inBridge]);
  });
});
