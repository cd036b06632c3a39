import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** As much of Redis (RESP 2) as the service speaks, with the faults it may have. Nothing expires. */
export class FakeRedis {
  readonly counters = new Map<string, number>();
  readonly commands: string[][] = [];
  /** Every command is answered with this error. */
  error?: string;
  /** Every answer waits so many milliseconds; Infinity: until `wake`. */
  delayMs = 0;
  readonly #held: (() => void)[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #subscribers = new Map<Socket, string>();
  #server?: Server;
  #port = 0;

  static async start(): Promise<FakeRedis> {
    const fake = new FakeRedis();
    await fake.listen();
    return fake;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Listens, again on the same port after `stop`. */
  async listen(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => (this.#server === undefined ? resolve(undefined) : this.#server.close(resolve)));
    this.#server = undefined;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket) && this.#subscribers.delete(socket));
    socket.on('error', () => socket.destroy());
    let text = '';
    const queued: string[][] = [];
    let inTransaction = false;
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (let parsed = command(text); parsed !== undefined; parsed = command(text)) {
        text = text.slice(parsed.length);
        const [name = ''] = parsed.words;
        if (name === 'multi') inTransaction = true;
        const queue = inTransaction && name !== 'multi' && name !== 'exec';
        if (queue) queued.push(parsed.words);
        if (name === 'exec') inTransaction = false;
        this.#answer(socket, queue ? '+QUEUED\r\n' : this.#run(socket, parsed.words, queued));
      }
    });
  }

  #answer(socket: Socket, text: string): void {
    const send = (): void => void (socket.destroyed || socket.write(text));
    if (this.delayMs === Infinity) this.#held.push(send);
    else if (this.delayMs === 0) send();
    else setTimeout(send, this.delayMs);
  }

  /** Gives every answer that was held back, and the next ones at once. */
  wake(): void {
    this.delayMs = 0;
    for (const send of this.#held.splice(0)) send();
  }

  #run(socket: Socket, words: string[], queued: string[][]): string {
    const [name = '', ...args] = words;
    this.commands.push(words);
    if (this.error !== undefined) return `-${this.error}\r\n`;
    switch (name) {
      case 'info':
        return bulk('redis_version:7.0.15\r\nloading:0\r\n');
      case 'evalsha':
      case 'eval':
        return this.#count(args[2] ?? '', Number(args[3]));
      case 'exec':
        return array(queued.splice(0).map((inner) => this.#run(socket, inner, [])));
      case 'get':
        return this.counters.has(args[0] ?? '') ? bulk(String(this.counters.get(args[0] ?? ''))) : '$-1\r\n';
      case 'pttl':
        return ':30000\r\n';
      case 'subscribe':
        this.#subscribers.set(socket, args[0] ?? '');
        return array([bulk('subscribe'), bulk(args[0] ?? ''), ':1\r\n']);
      case 'publish':
        return this.#publish(args[0] ?? '', args[1] ?? '');
      default:
        return '+OK\r\n';
    }
  }

  #count(key: string, points: number): string {
    const counted = (this.counters.get(key) ?? 0) + points;
    this.counters.set(key, counted);
    return array([`:${counted}\r\n`, ':30000\r\n']);
  }

  #publish(channel: string, message: string): string {
    const hearing = [...this.#subscribers].filter(([, subscribed]) => subscribed === channel);
    for (const [socket] of hearing) socket.write(array([bulk('message'), bulk(channel), bulk(message)]));
    return `:${hearing.length}\r\n`;
  }
}

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const array = (items: readonly string[]): string => `*${items.length}\r\n${items.join('')}`;

/** The first whole command of a text; undefined when there is none yet. */
function command(text: string): { readonly words: string[]; readonly length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  const words: string[] = [];
  let at = head[0].length;
  for (let n = Number(head[1]); n > 0; n -= 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words: [words[0]?.toLowerCase() ?? '', ...words.slice(1)], length: at };
}
