/** What came of one GET: how the other side's clock differs from ours, and its JSON if it sent any. */
export type ProbeAnswer =
  | { readonly reached: true; readonly status: number; readonly offsetMs?: number; readonly json?: unknown }
  | { readonly reached: false; readonly problem: string };

const DEADLINE_MS = 5_000;
const MAX_BYTES = 1024 * 1024;

/** Asks an address once: at most 5 s and 1 MB, no redirects followed. Never rejects. */
export async function probe(address: string): Promise<ProbeAnswer> {
  const asked = Date.now();
  try {
    const response = await fetch(address, {
      signal: AbortSignal.timeout(DEADLINE_MS),
      redirect: 'manual',
      headers: { accept: 'application/json' },
    });
    const answered = Date.now();
    const json = parsed(await readText(response));
    return { reached: true, status: response.status, offsetMs: offsetOf(response, (asked + answered) / 2), json };
  } catch (error) {
    return { reached: false, problem: reasonOf(error) };
  }
}

/** `Date` holds whole seconds (RFC 9110 section 6.6.1): on average the other clock is half a second further. */
function offsetOf(response: Response, nowMs: number): number | undefined {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : date + 500 - nowMs;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${DEADLINE_MS / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
