/** Time for everything one question of an identity provider takes: connecting, every document, their bodies. */
export const DEADLINE_MS = 3000;

/** A document could not be had. The message is for the operator and names neither address nor content. */
export class DocumentUnavailable extends Error {
  constructor(
    message: string,
    /** The status, when the other side answered. */
    readonly status?: number,
  ) {
    super(message);
    this.name = 'DocumentUnavailable';
  }

  /** True when the other side says that there is no such document, rather than nothing at all. */
  get absent(): boolean {
    return this.status !== undefined && this.status >= 400 && this.status < 500;
  }
}

export interface BoundedRequest {
  /** Covers the body too: from `AbortSignal.timeout(DEADLINE_MS)`, made once for everything one question takes. */
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** Method, headers and body; a plain GET when absent. */
  readonly init?: Pick<RequestInit, 'method' | 'headers' | 'body'>;
}

/**
 * The text of an answer with status 200.
 * SECURITY: no redirect is followed, and nothing is read beyond the limit or after the deadline.
 * @throws DocumentUnavailable
 */
export async function fetchText(address: string, { signal, maxBytes, init = {} }: BoundedRequest): Promise<string> {
  try {
    const headers = { accept: 'application/json', ...(init.headers as Record<string, string> | undefined) };
    return await readText(await fetch(address, { ...init, headers, signal, redirect: 'manual' }), maxBytes);
  } catch (error) {
    throw unavailable(error, signal);
  }
}

/** The text as a JSON object. @throws DocumentUnavailable */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DocumentUnavailable('the answer is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw new DocumentUnavailable('the answer is no JSON object');
  return value as Record<string, unknown>;
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.status !== 200) {
    await response.body?.cancel();
    const redirected = response.status >= 300 && response.status < 400;
    throw new DocumentUnavailable(redirected ? 'redirect refused' : `status ${response.status}`, response.status);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new DocumentUnavailable(`the answer is larger than ${inWords(maxBytes)}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function inWords(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MB` : `${bytes / 1024} KB`;
}

function unavailable(error: unknown, signal: AbortSignal): DocumentUnavailable {
  if (error instanceof DocumentUnavailable) return error;
  if (signal.aborted) return new DocumentUnavailable(`no complete answer within ${DEADLINE_MS} ms`);
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
  return new DocumentUnavailable(`the request failed: ${code}`);
}
