import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

/** How one request ended: answered whole; by a connection refused or reset without a byte; or cut off, or wrong. */
export type Ending = 'answered' | 'refused' | 'reset' | 'cut';

export interface Sent {
  readonly ending: Ending;
  /** What the server's records of it carry. */
  readonly correlationId: string;
  readonly what: string;
  readonly detail?: string;
  readonly text: string;
  readonly tookMs: number;
}

/** One kind of request and what a whole answer to it contains. */
export interface Kind {
  readonly what: string;
  readonly body: object;
  readonly accept: string;
  readonly expected: RegExp;
}

const JSON_ONLY = 'application/json';
const BOTH = 'application/json, text/event-stream';

const tool = (name: string, args: object): object => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** A query that AWS takes so many seconds for. */
export function query(seconds: number): Kind {
  return {
    what: `a query of ${seconds} s`,
    body: tool('execute_log_insights_query', {
      log_group_names: ['/shop/checkout'],
      start_time: 'now-5m',
      end_time: 'now',
      query_string: `fields @message | limit 2 # takes ${seconds}s`,
      max_timeout: 600,
    }),
    accept: BOTH,
    expected: /"structuredContent":[^]*\n\n$/,
  };
}

const ACCOUNTS: Kind = {
  what: 'list_accounts',
  body: tool('list_accounts', {}),
  accept: JSON_ONLY,
  expected: /"structuredContent":[^]*\}$/,
};
const ACCOUNTS_AS_STREAM: Kind = {
  ...ACCOUNTS,
  what: 'list_accounts as a stream',
  accept: BOTH,
  expected: /"structuredContent":[^]*\n\n$/,
};
const GROUPS: Kind = {
  what: 'describe_log_groups',
  body: tool('describe_log_groups', { log_group_name_prefix: '/shop/checkout' }),
  accept: JSON_ONLY,
  expected: /"structuredContent":[^]*\}$/,
};

/** What each hundred requests are: mostly quick ones, some that ask AWS, a few that stream for seconds. */
export function kindOf(index: number): Kind {
  const place = index % 100;
  if (place % 20 === 7) return query(1 + (index % 2));
  if (place % 10 === 3) return GROUPS;
  return place % 4 === 0 ? ACCOUNTS_AS_STREAM : ACCOUNTS;
}

/** Sends one request and waits for the end of its answer. */
export function send(url: string, token: string, kind: Kind, agent: Agent | false): Promise<Sent> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let text = '';
    const correlationId = randomUUID();
    const end = (ending: Ending, detail?: string): void =>
      resolve({ ending, correlationId, what: kind.what, detail, text, tookMs: performance.now() - begun });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': JSON_ONLY,
      accept: kind.accept,
      'x-correlation-id': correlationId,
    };
    const sent = request(`${url}/mcp`, { method: 'POST', headers, agent }, (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', (error) => end('cut', error.message));
      response.on('end', () => {
        const whole = response.complete && response.statusCode === 200 && kind.expected.test(text);
        end(whole ? 'answered' : 'cut', whole ? undefined : `${response.statusCode} ${text.slice(0, 200)}`);
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? 'refused' : 'reset', error.message),
    );
    sent.end(JSON.stringify(kind.body));
  });
}

/** Sends requests at a rate until told to stop; half over connections that are kept, half each over a new one. */
export class Stream {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50 });
  readonly #sent: Promise<Sent>[] = [];
  readonly #timer: NodeJS.Timeout;
  #due = 0;

  constructor(url: string, tokens: readonly string[], perSecond: number) {
    const begun = performance.now();
    this.#timer = setInterval(() => {
      this.#due = ((performance.now() - begun) / 1_000) * perSecond;
      while (this.#sent.length < this.#due) {
        const index = this.#sent.length;
        const agent = index % 2 === 0 ? this.#agent : false;
        this.#sent.push(send(url, tokens[index % tokens.length] ?? '', kindOf(index), agent));
      }
    }, 5);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** How everything that was sent ended. */
  async endings(): Promise<readonly Sent[]> {
    const sent = await Promise.all(this.#sent);
    this.#agent.destroy();
    return sent;
  }
}
