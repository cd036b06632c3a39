import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe } from 'vitest';
import { freePort } from './stack.js';

/** A real Redis on loopback that can be killed, frozen and brought back on the same port. */
export class RedisServer {
  #process?: ChildProcess;

  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
  ) {
    // Whatever becomes of the tests: none outlives them.
    process.once('exit', () => this.#process?.kill('SIGKILL'));
  }

  static async start(...options: string[]): Promise<RedisServer> {
    const server = await RedisServer.prepare(...options);
    await server.start();
    return server;
  }

  /** Its port is known, and nobody listens there yet. */
  static async prepare(...options: string[]): Promise<RedisServer> {
    return new RedisServer(await freePort(), options);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it empty and waits until it answers. */
  async start({ tls = false } = {}): Promise<void> {
    const port = tls ? ['--port', '0', '--tls-port', String(this.port)] : ['--port', String(this.port)];
    const fixed = [...port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#process = spawn('redis-server', [...fixed, ...this.options], { stdio: 'ignore', cwd: '/tmp' });
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (await accepts(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('redis-server does not listen');
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process === undefined) return;
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const present = spawnSync('redis-server', ['--version']).status === 0;
if (!present) console.log('SKIPPED: no redis-server on this machine (Debian: apt-get install redis-server).');

/** `describe` for what needs a redis-server; skipped, and said so, where there is none. */
export const describeWithRedis = present ? describe : describe.skip;
