import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { eventually } from '../support/stack.js';
import { compiledBridge } from './compiled-bridge.js';

export interface Answer {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> };
}

export interface BridgeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
  /** Another program than the Node that runs the tests. */
  readonly node?: string;
  readonly cwd?: string;
  /** Standard output is for people. */
  readonly plainOutput?: boolean;
}

export const KEY = 'test-key-0123456789abcdef0123456789abcdef';

/** The compiled bridge as a client starts it; everything it writes is kept. */
export class BridgeProcess {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  /** Resolves when it has ended and all its output has been read. */
  readonly ended: Promise<number | null>;
  /** All lines of standard output, parsed. */
  readonly messages: (Answer & { method?: string; params?: Record<string, unknown> })[] = [];
  readonly #waiting = new Map<string | number, (answer: Answer) => void>();
  #rest = '';
  #lastId = 0;

  constructor({ env, args = [], node = process.execPath, cwd, plainOutput = false }: BridgeOptions) {
    const given = Object.entries({ PATH: process.env['PATH'], MCP_API_KEY: KEY, ...env });
    const child = spawn(node, [compiledBridge(), ...args], {
      env: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
      cwd,
    });
    child.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => (plainOutput ? (this.stdout += text) : this.#read(text)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    child.stdin.on('error', () => undefined);
    this.child = child;
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  /** Sends a request and waits for what is answered to it. */
  request(method: string, params: object = {}, id: string | number = (this.#lastId += 1)): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  notify(method: string, params: object = {}): void {
    this.send({ jsonrpc: '2.0', method, params });
  }

  send(message: object | string): void {
    this.child.stdin?.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`);
  }

  closeInput(): void {
    this.child.stdin?.end();
  }

  async close(): Promise<number | null> {
    this.closeInput();
    this.child.kill('SIGTERM');
    return this.ended;
  }

  /** The most memory it has ever had, in bytes (Linux). */
  peakMemory(): number {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  }

  #read(text: string): void {
    this.stdout += text;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Answer & { method?: string };
      this.messages.push(message);
      if (message.method !== undefined || message.id === null) continue;
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }
}

/** How often each id was answered. */
export function answersById({ messages }: BridgeProcess): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const { id, method } of messages) if (method === undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Waits until something holds, on a machine that may be busy. */
export const soon = (check: () => void): Promise<void> => eventually(check, 10_000);
