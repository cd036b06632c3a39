import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.js';
import { notMcp, tooLargeFailure } from './failure-words.js';
import { isObject, type JsonObject } from './json-rpc.js';
import { SseReader } from './sse-reader.js';

/** One message of the server, whose own largest answers are under 3 MB: parsed, it takes many times its size. */
const MAX_MESSAGE_BYTES = 4_000_000;
/** Everything one request is answered with. */
const MAX_STREAM_BYTES = 20_000_000;
/** The body of a refusal. */
const MAX_REFUSAL_BYTES = 65_536;
const DISCARD_MS = 1000;

/**
 * The messages in the body of a successful answer, JSON or a stream of events, each as soon as it is complete.
 * @throws Failure when the body is something else, ends in the middle or is larger than a bridge may hold
 */
export async function* readMessages(response: IncomingMessage, budget: ByteBudget): AsyncGenerator<JsonObject> {
  const type = (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') {
    yield* readEvents(response, budget);
    return;
  }
  const text = await readText(response, budget);
  if (text.trim() === '') throw notMcp(`The server answered with nothing (${response.statusCode ?? 0})`);
  if (type === 'text/html') throw notMcp('The server answered with a web page instead of MCP');
  yield* parseMessages(text);
}

/** The message in the body of a refusal, if it is one; nothing else of the body is used. */
export async function readRefusal(response: IncomingMessage): Promise<JsonObject | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REFUSAL_BYTES) {
      response.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Throws a body away: read to its end if that is near, so that the connection can be kept. */
export function discard(response: IncomingMessage): void {
  const timer = setTimeout(() => response.destroy(), DISCARD_MS).unref();
  let size = 0;
  response.on('error', () => undefined).once('close', () => clearTimeout(timer));
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_REFUSAL_BYTES) response.destroy();
  });
}

async function* readEvents(response: IncomingMessage, budget: ByteBudget): AsyncGenerator<JsonObject> {
  const reader = new SseReader(MAX_MESSAGE_BYTES);
  let total = 0;
  const held = budget.open();
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      total += chunk.length;
      held.add(chunk.length);
      const { data, tooLong } = reader.push(chunk);
      if (tooLong) throw tooLargeFailure(MAX_MESSAGE_BYTES);
      if (data.length > 0) held.clear();
      for (const event of data) yield* parseMessages(event);
      if (total > MAX_STREAM_BYTES) throw tooLargeFailure(MAX_STREAM_BYTES);
    }
  } finally {
    held.clear();
  }
}

async function readText(response: IncomingMessage, budget: ByteBudget): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const held = budget.open();
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      held.add(chunk.length);
      if (size > MAX_MESSAGE_BYTES) throw tooLargeFailure(MAX_MESSAGE_BYTES);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    held.clear();
  }
}

function parseMessages(text: string): JsonObject[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notMcp('The server answered with something that is not complete JSON');
  }
  const messages: unknown[] = Array.isArray(value) ? value : [value];
  if (!messages.every(isObject)) throw notMcp('The server answered with JSON that is not MCP');
  return messages;
}
