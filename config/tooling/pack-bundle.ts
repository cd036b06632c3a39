import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packExtension } from '@anthropic-ai/mcpb/cli';
import { validateManifest } from '@anthropic-ai/mcpb/node';

/**
 * `npm run bundle [folder]`: the bridge as a bundle Claude Desktop installs with a click. It holds the manifest and the
 * compiled bridge, which has no dependencies, and lands in `.bundle` or the folder given.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const out = process.argv[2] ?? join(root, '.bundle');
const content = join(out, 'content');

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const manifest = readFileSync(join(root, 'config/clients/claude-desktop-bundle/manifest.json'), 'utf8');
const stated = (JSON.parse(manifest) as { version: string }).version;
if (stated !== version) throw new Error(`The manifest is of version ${stated}, package.json of ${version}`);

rmSync(content, { recursive: true, force: true });
mkdirSync(join(content, 'server'), { recursive: true });
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const compile = ['-p', join(root, 'config/tooling/tsconfig.bridge.json'), '--outDir', join(content, 'server')];
execFileSync(process.execPath, [compiler, ...compile], { stdio: 'inherit' });
writeFileSync(join(content, 'manifest.json'), manifest);
// Tells Node that the files are modules, wherever the bundle is unpacked.
writeFileSync(join(content, 'server', 'package.json'), `${JSON.stringify({ type: 'module', version }, null, 2)}\n`);
cpSync(join(root, 'LICENSE'), join(content, 'LICENSE'));

if (!validateManifest(join(content, 'manifest.json'))) throw new Error('The manifest is not valid');
const outputPath = join(out, 'cloudwatch-mcp-bridge.mcpb');
if (!(await packExtension({ extensionPath: content, outputPath, silent: true }))) throw new Error('Packing failed');
