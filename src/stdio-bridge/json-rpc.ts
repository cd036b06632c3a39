import type { Failure } from './failure.js';

/** An id as MCP knows it: a text or an integer that survives being parsed. */
export type Id = string | number;
export type JsonObject = Readonly<Record<string, unknown>>;

export interface Request {
  readonly kind: 'request';
  readonly id: Id;
  readonly method: string;
  readonly params: JsonObject;
  readonly text: string;
}

export interface Notification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: JsonObject;
  readonly text: string;
}

/** The client's answer to something the server asked. */
export interface Reply {
  readonly kind: 'reply';
  readonly text: string;
}

export type Message = Request | Notification | Reply;

export interface ErrorAnswer {
  readonly jsonrpc: '2.0';
  readonly id: Id | null;
  readonly error: { readonly code: number; readonly message: string; readonly data?: JsonObject };
}

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INTERNAL_ERROR = -32603;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** One line of the client: a message, or the answers to what is none. */
export function readLine(line: Buffer): Message | readonly ErrorAnswer[] {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(line);
    value = JSON.parse(text);
  } catch {
    return [invalid(PARSE_ERROR, null, 'The line is not valid JSON in UTF-8. Send one JSON-RPC message on each line.')];
  }
  if (Array.isArray(value)) return refuseBatch(value);
  return readMessage(value, text) ?? [invalid(INVALID_REQUEST, idOf(value), 'The line is not a JSON-RPC 2.0 message.')];
}

/** The answer to a line that was too long to be read. */
export function tooLongAnswer(limit: number): ErrorAnswer {
  return invalid(INVALID_REQUEST, null, `A line of more than ${limit / 1e6} MB was dropped. Send less at once.`);
}

/** The answer to a request that failed, in the words of the failure. */
export function failureAnswer(id: Id, { reason, message, status, retryAfterSeconds }: Failure): ErrorAnswer {
  const data = {
    reason,
    ...(status !== undefined && { status }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return { jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message, data } };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether something of the server answers a request, with a result or an error. */
export function isResponse(value: JsonObject): boolean {
  return value['method'] === undefined && ('result' in value || isObject(value['error']));
}

function readMessage(value: unknown, text: string): Message | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params = {} } = value;
  if (method === undefined) return isId(id) && isResponse(value) ? { kind: 'reply', text } : undefined;
  if (typeof method !== 'string' || !isObject(params)) return undefined;
  if (id === undefined) return { kind: 'notification', method, params, text };
  return isId(id) ? { kind: 'request', id, method, params, text } : undefined;
}

/** SECURITY: an integer that JavaScript rounds would come back as the id of another request. */
function isId(value: unknown): value is Id {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function idOf(value: unknown): Id | null {
  const id = isObject(value) ? value['id'] : undefined;
  return isId(id) ? id : null;
}

function refuseBatch(batch: readonly unknown[]): ErrorAnswer[] {
  const ids = [...new Set(batch.map(idOf).filter((id) => id !== null))];
  const words = 'Batches are not supported. Send one JSON-RPC message on each line.';
  return (ids.length === 0 ? [null] : ids).map((id) => invalid(INVALID_REQUEST, id, words));
}

function invalid(code: number, id: Id | null, message: string): ErrorAnswer {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
