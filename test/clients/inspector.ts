import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolResult } from '../support/clients.js';
import { example } from './example-files.js';
import { installedScript } from './installed-program.js';
import type { CallingClient } from './stdio-client.js';

const INSPECTOR = installedScript('@modelcontextprotocol/inspector', 'clients/launcher/build/index.js');

export interface InspectorRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands for a shell, in which npx runs the Inspector that is installed here. */
export function inspectAsTyped(home: string, commands: string, token: string): Promise<InspectorRun> {
  const npx = 'npx() { shift 2; "$NODE" "$INSPECTOR" "$@"; }';
  return run('bash', ['-euc', `${npx}\n${commands}`], {
    ...environment(home),
    NODE: process.execPath,
    INSPECTOR,
    TOKEN: token,
  });
}

/** MCP Inspector's own command line with these options, run to its end; it answers as JSON. */
export function inspect(home: string, ...options: readonly (readonly string[])[]): Promise<InspectorRun> {
  return run(process.execPath, [INSPECTOR, '--cli', '--format', 'json', ...options.flat()], environment(home));
}

const environment = (home: string): Record<string, string | undefined> => ({
  PATH: process.env['PATH'],
  HOME: home,
  MCP_INSPECTOR_SECRET_STORE: 'memory',
});

function run(file: string, args: readonly string[], env: Record<string, string | undefined>): Promise<InspectorRun> {
  return new Promise((resolve) => {
    execFile(file, [...args], { env, maxBuffer: 16 * 2 ** 20 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

/** Inspector with the example of its configuration file: each request is a run of its own. */
export function inspectorClient(home: string, endpoint: string, server: string, token: string): CallingClient {
  mkdirSync(home, { recursive: true });
  const config = join(home, 'inspector.json');
  writeFileSync(config, JSON.stringify(example('inspector.json', endpoint)));
  const common = ['--quiet', '--config', config, '--server', server, '--header', `Authorization: Bearer ${token}`];
  const request = async (...options: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await inspect(home, common, options);
    if (code !== 0) throw new Error(`inspector ended with ${code}: ${stdout}${stderr}`);
    return (JSON.parse(stdout) as { result: unknown }).result;
  };
  return {
    tools: async () => {
      const { tools } = (await request('--method', 'tools/list')) as { tools: { name: string }[] };
      return tools.map(({ name }) => name);
    },
    call: async (name, args) =>
      (await request(
        '--method',
        'tools/call',
        '--tool-name',
        name,
        '--tool-args-json',
        JSON.stringify(args),
      )) as ToolResult,
    close: async () => undefined,
  };
}
