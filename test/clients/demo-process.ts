import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../.demo/demo/main.js', import.meta.url));
const READY = 'Press Ctrl-C to stop.';
const PATIENCE_MS = 80_000;

/** `npm run demo` as a user has it on the screen. */
export interface DemoProcess {
  readonly endpoint: string;
  /** Access tokens of its users. */
  readonly alice: string;
  readonly bob: string;
  readonly apiKey: string;
  stop(): Promise<void>;
}

/** Starts the built demo as a process of its own and reads from its output what a user would copy. */
export async function startDemoProcess(): Promise<DemoProcess> {
  if (!existsSync(MAIN)) throw new Error('.demo is missing: npm run test:clients builds it');
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'] } });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const ended = once(child, 'close');
  const patience = Date.now() + PATIENCE_MS;
  while (!shown.includes(READY)) {
    if (child.exitCode !== null || Date.now() > patience) {
      child.kill('SIGKILL');
      throw new Error(`the demo did not start: ${shown.slice(-2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const copied = (pattern: RegExp): string => {
    const [, value] = pattern.exec(shown) ?? [];
    if (value === undefined) throw new Error(`the demo does not show ${pattern.source}`);
    return value;
  };
  return {
    endpoint: copied(/MCP endpoint +(\S+)/),
    alice: copied(/ALICE=(\S+)/),
    bob: copied(/BOB=(\S+)/),
    apiKey: copied(/API_KEY=(\S+)/),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
