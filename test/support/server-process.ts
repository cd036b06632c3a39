import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** On a busy machine that starts several. */
const START_PATIENCE_MS = 45_000;

export interface ServerProcessOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments of Node before the server's own file. */
  readonly nodeArguments?: readonly string[];
  readonly cwd?: string;
}

interface StartLine {
  readonly event?: { readonly name?: string };
  readonly url?: string;
  readonly metrics_url?: string;
}

/** The built server as an operator runs it: a process of its own, all it writes kept. */
export class ServerProcess {
  stdout = '';
  stderr = '';
  /** Resolves when the process has ended and all its output has been read; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  private constructor({ env, nodeArguments = [], cwd }: ServerProcessOptions) {
    if (!existsSync(MAIN)) throw new Error('dist/main.js is missing: npm run build');
    const given = Object.entries(env).filter(([, value]) => value !== undefined);
    const child = spawn(process.execPath, [...nodeArguments, MAIN], { env: Object.fromEntries(given), cwd });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#child = child;
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  /** Starts it; what it says of itself may still be to come. */
  static launch(options: ServerProcessOptions): ServerProcess {
    return new ServerProcess(options);
  }

  /** Starts it and waits until it listens. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(options);
    const patience = Date.now() + START_PATIENCE_MS;
    while (server.startLine === undefined) {
      if (Date.now() > patience) throw new Error(`the server did not start: ${server.stdout}${server.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return server;
  }

  /** How it can be reached, once it listens. */
  get startLine(): Required<Pick<StartLine, 'url' | 'metrics_url'>> | undefined {
    return this.lines().find((line) => (line as StartLine).event?.name === 'server.started') as
      Required<Pick<StartLine, 'url' | 'metrics_url'>> | undefined;
  }

  get url(): string {
    return this.startLine?.url ?? '';
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async metrics(): Promise<string> {
    return (await fetch(this.startLine?.metrics_url ?? '')).text();
  }

  /** The complete lines of standard output. */
  lines(): Record<string, unknown>[] {
    const complete = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1).split('\n');
    return complete.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}
