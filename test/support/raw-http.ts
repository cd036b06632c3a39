import { connect, type Socket } from 'node:net';

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; the values of several lines joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PATIENCE_MS = 10_000;

/** Sends bytes (one per character) and returns all answers, in order, once the server has closed the connection. */
export function rawExchange(port: number, ...chunks: readonly string[]): Promise<RawAnswer[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => chunks.forEach((chunk) => socket.write(chunk, 'latin1')));
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the server did not close the connection; it sent ${JSON.stringify(text.slice(0, 300))}`));
    }, PATIENCE_MS);
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(patience);
      resolve(answersIn(text));
    });
  });
}

/** Sends one request after the other over one connection, a new one whenever the server has closed it. */
export class RawClient {
  #socket: Socket | undefined;

  constructor(private readonly port: number) {}

  /** @returns the answer, or undefined when the server closed the connection without one */
  async send(bytes: string): Promise<RawAnswer | undefined> {
    const socket = (this.#socket ??= await this.#connect());
    return new Promise((resolve, reject) => {
      let text = '';
      const isHead = bytes.startsWith('HEAD ');
      const settle = (answer: RawAnswer | undefined, reusable: boolean): void => {
        clearTimeout(patience);
        socket.removeAllListeners('data').removeAllListeners('close');
        if (!reusable) this.close();
        resolve(answer);
      };
      const patience = setTimeout(() => {
        this.close();
        reject(new Error(`no complete answer to ${JSON.stringify(bytes.slice(0, 300))}`));
      }, PATIENCE_MS);
      socket.on('data', (data) => {
        text += data.toString('latin1');
        const read = readAnswer(text, isHead, false);
        if (read !== undefined) settle(read.answer, read.answer.headers.connection !== 'close' && read.rest === '');
      });
      socket.once('close', () => settle(readAnswer(text, isHead, true)?.answer, false));
      socket.write(bytes, 'latin1');
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => resolve(socket.off('error', reject)));
      socket.once('error', reject).on('error', () => undefined);
    });
  }
}

function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; rest !== '';) {
    const read = readAnswer(rest, false, true);
    if (read === undefined) break;
    answers.push(read.answer);
    ({ rest } = read);
  }
  return answers;
}

/** Reads the first answer, interim ones (1xx) left out; undefined while it is incomplete. */
function readAnswer(text: string, isHead: boolean, closed: boolean): { answer: RawAnswer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const after = text.slice(end + 4);
  if (status < 200) return readAnswer(after, isHead, closed);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  if (isHead || status === 204) return { answer: { status, headers, body: '' }, rest: after };
  const length = headers['content-length'];
  if (length === undefined) return closed ? { answer: { status, headers, body: after }, rest: '' } : undefined;
  if (after.length < Number(length)) return undefined;
  return { answer: { status, headers, body: after.slice(0, Number(length)) }, rest: after.slice(Number(length)) };
}
