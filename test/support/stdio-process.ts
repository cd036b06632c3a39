import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command line of the built server. */
export const CLI = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url));

/** One JSON-RPC message, as far as tests look at it. */
export interface Message {
  readonly jsonrpc: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly progressToken?: string | number };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** `cloudwatch-mcp-server stdio` as a client starts it, without a client: every byte it writes is kept. */
export class StdioProcess {
  stdout = '';
  stderr = '';
  /** Resolves when the process has ended and all its output has been read; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(env: Readonly<Record<string, string>>, args: readonly string[] = ['stdio']) {
    if (!existsSync(CLI)) throw new Error(`${CLI} is missing: npm run build`);
    const child = spawn(process.execPath, [CLI, ...args], { env });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined);
    this.#child = child;
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Writes as it is: complete lines or not. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  send(message: object): void {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  /** The handshake of the protocol's older era, up to its answer. */
  async initialize(): Promise<Message> {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1' } };
    this.send({ id: 'initialize', method: 'initialize', params });
    const answer = await this.answer('initialize');
    this.send({ method: 'notifications/initialized' });
    return answer;
  }

  /** The answer to a request. @throws Error when the process ends without one */
  async answer(id: Message['id']): Promise<Message> {
    for (;;) {
      const found = this.messages().find((message) => message.id === id);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) throw new Error(`ended without an answer to ${id}: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Every complete line of standard output. @throws SyntaxError when one is no JSON */
  messages(): Message[] {
    const lines = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Message);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** The client is gone without a word: neither end of the pipes is held any longer. */
  disappear(): void {
    for (const stream of this.#child.stdio) stream?.destroy();
  }
}
