import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StdioServer } from './example-files.js';

const require = createRequire(import.meta.url);

/** The script of a package that is installed here. */
export function installedScript(name: string, script: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), script);
}

/** The bridge as `npm run build` leaves it. */
export const BRIDGE = fileURLToPath(new URL('../../dist/stdio-bridge/bridge.js', import.meta.url));

const PACKAGES: Readonly<Record<string, () => string>> = {
  'mcp-remote': () => installedScript('mcp-remote', 'dist/proxy.js'),
  'cloudwatch-mcp-bridge': () => {
    if (!existsSync(BRIDGE)) throw new Error('dist/stdio-bridge is missing: npm run build');
    return BRIDGE;
  },
};

/** The same program, arguments and variables, started from what is installed here instead of by npx. */
export function withoutNpx({ command, args, env }: StdioServer): StdioServer {
  const [yes, name = '', ...rest] = args;
  const script = PACKAGES[name];
  if (command !== 'npx' || yes !== '-y' || script === undefined) throw new Error(`not "npx -y": ${command} ${name}`);
  return { command: process.execPath, args: [script(), ...rest], ...(env && { env }) };
}
