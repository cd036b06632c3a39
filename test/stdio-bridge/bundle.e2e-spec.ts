import { getMcpConfigForManifest, hasRequiredConfigMissing, type McpbManifestAny } from '@anthropic-ai/mcpb';
import { validateManifest } from '@anthropic-ai/mcpb/node';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startStack } from '../support/stack.js';
import { findNode20 } from './node-20.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let unpacked: string;
let manifest: McpbManifestAny;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  unpacked = join(folder, 'unpacked');
  execFileSync(process.execPath, [join(root, 'config/tooling/pack-bundle.ts'), folder], { stdio: 'pipe' });
  const bundle = join(folder, 'cloudwatch-mcp-bridge.mcpb');
  execFileSync(process.execPath, [join(root, 'node_modules/.bin/mcpb'), 'unpack', bundle, unpacked], { stdio: 'pipe' });
  manifest = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')) as McpbManifestAny;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the bundle for Claude Desktop', () => {
  it('holds the manifest, the licence and the bridge, and nothing else', () => {
    const sources = readdirSync(join(root, 'src/stdio-bridge')).filter((name) => /(?<!\.spec)\.ts$/.test(name));
    const scripts = sources.map((name) => `server/${name.replace(/\.ts$/, '.js')}`);
    const files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(unpacked.length + 1));
    expect(files.sort()).toEqual(['LICENSE', 'manifest.json', 'server/package.json', ...scripts].sort());
    for (const script of scripts) {
      const imports = [...readFileSync(join(unpacked, script), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)];
      expect(imports.map(([, from]) => from).filter((from) => !/^(\.\/|node:)/.test(from ?? ''))).toEqual([]);
    }
  });

  it('has a valid manifest that keeps the key secret and asks for what is needed', () => {
    const quiet = vi.spyOn(console, 'log').mockReturnValue();
    expect(validateManifest(join(unpacked, 'manifest.json'))).toBe(true);
    quiet.mockRestore();
    expect(manifest.user_config).toMatchObject({
      server_url: { type: 'string', required: true },
      api_key: { type: 'string', required: true, sensitive: true },
    });
    expect(hasRequiredConfigMissing({ manifest, userConfig: { server_url: 'https://mcp.example.com' } })).toBe(true);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(manifest.version).toBe(version);
  });

  it.each([
    ['this Node', process.execPath],
    ['Node 20', findNode20()],
  ])('starts as its manifest says and lists the tools of the server, on %s', async (_, node) => {
    if (node === undefined) return console.log('no Node 20 on the path: not tried');
    const stack = await startStack();
    const config = await getMcpConfigForManifest({
      manifest,
      extensionPath: unpacked,
      systemDirs: {},
      userConfig: { server_url: new URL(stack.endpoint).origin, api_key: stack.apiKey },
      pathSeparator: '/',
    });
    expect([config?.command, config?.args]).toEqual(['node', [join(unpacked, 'server/bridge.js')]]);
    expect(JSON.stringify(config?.args)).not.toContain(stack.apiKey);
    const client = new Client({ name: 'e2e', version: '1.0.0' });
    await client.connect(new StdioClientTransport({ command: node, args: config?.args ?? [], env: config?.env ?? {} }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('describe_log_groups');
    await client.close();
    await stack.close();
  });
});
