import { Agent, request } from 'node:http';

const CONCURRENCY = 16;

/** How fast something answered. */
export interface Timing {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs `call` that many times, sixteen at once unless told otherwise. */
export async function measure(
  call: () => Promise<void>,
  calls: number,
  concurrency: number = CONCURRENCY,
): Promise<Timing> {
  const latencies: number[] = [];
  let left = calls;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const begun = performance.now();
      await call();
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
  return { callsPerSecond: calls / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

/** What came back, whatever it was. */
export interface HttpAnswer {
  readonly status?: number;
  readonly text: string;
}

/** One POST over sockets that all callers share. */
export function send(url: string, body: string, headers: Record<string, string>): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** One POST that must be answered 200 with a body that holds `expected`. */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  expected: string,
): Promise<void> {
  const { status, text } = await send(url, body, headers);
  if (status !== 200 || !text.includes(expected)) {
    throw new Error(`${url} answered ${status}: ${text.slice(0, 300)}`);
  }
}
