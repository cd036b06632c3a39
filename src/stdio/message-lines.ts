import { type JSONRPCMessage, parseJSONRPCMessage } from '@modelcontextprotocol/server';
import { jsonExcess } from '../mcp/json-shape.js';

/** The longest line, in bytes; also what is kept in memory of one that does not end. */
export const LINE_LIMIT_BYTES = 10 * 1024 * 1024;

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const INVALID_PARAMS = -32_602;
const LINE_END = 0x0a;
/** What is kept of either end of a line that is too long: enough for the id. */
const KEPT_BYTES = 512;

type Id = string | number | null;

/** The answer to a line that is no message. */
export interface LineRefusal {
  readonly jsonrpc: '2.0';
  readonly id: Id;
  readonly error: { readonly code: number; readonly message: string };
}

/** What a line held: a message, or what to answer to it. */
export type Line = { readonly message: JSONRPCMessage } | { readonly refusal: LineRefusal };

/**
 * Cuts bytes into lines and lines into messages, in bounded memory, whatever the bytes are. A line that is no message is
 * refused in words and forgotten; the next one is read as if it had not been there.
 */
export class MessageLines {
  #parts: Buffer[] = [];
  #bytes = 0;

  /** The lines that end in this chunk. Empty ones are left out; the beginning of the next is kept. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let begin = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, begin)) {
      this.#keep(chunk.subarray(begin, end));
      const line = this.#finish();
      if (line !== undefined) lines.push(line);
      begin = end + 1;
    }
    this.#keep(chunk.subarray(begin));
    return lines;
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    this.#parts.push(part);
    if (this.#bytes > LINE_LIMIT_BYTES) this.#parts = bothEnds(Buffer.concat(this.#parts));
  }

  #finish(): Line | undefined {
    const tooLong = this.#bytes > LINE_LIMIT_BYTES;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return tooLong ? refusal(INVALID_REQUEST, 'The line is longer than 10 MB.', idOfEnds(bytes)) : lineOf(bytes);
  }
}

function lineOf(bytes: Buffer): Line | undefined {
  const text = decoded(bytes);
  if (text === undefined) return refusal(PARSE_ERROR, 'The line is not valid UTF-8.');
  if (text.trim() === '') return undefined;
  const value = parsed(text);
  if (value === undefined) return refusal(PARSE_ERROR, 'The line is not valid JSON.');
  if (Array.isArray(value)) return refusal(INVALID_REQUEST, 'Batches are not supported; send one message a line.');
  const excess = jsonExcess(text);
  if (excess !== undefined) return refusal(INVALID_PARAMS, `The line ${excess}.`, idOfRequest(value));
  try {
    return { message: parseJSONRPCMessage(value) };
  } catch {
    return refusal(INVALID_REQUEST, 'The line is not a JSON-RPC 2.0 message.', idOfRequest(value));
  }
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Only of what has a method: the id of a response is one of ours, and an answer to it would be taken for another's. */
function idOfRequest(value: unknown): Id {
  if (typeof value !== 'object' || value === null || !('method' in value) || !('id' in value)) return null;
  const { id } = value;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

/** Copies: a slice would keep the whole line in memory. */
function bothEnds(bytes: Buffer): Buffer[] {
  return [Buffer.from(bytes.subarray(0, KEPT_BYTES)), Buffer.from(bytes.subarray(-KEPT_BYTES))];
}

/** A request or notification, whose name stands before anything that may hold others. */
const NAMED = /^\s*\{[^{[]*"method"\s*:/;
const ID = String.raw`"id"\s*:\s*(-?\d{1,15}|"[\w.:-]{1,128}")\s*`;
/** An id among the first members, before anything that may hold another one. */
const ID_FIRST = new RegExp(String.raw`^\s*\{\s*(?:"(?:jsonrpc|method)"\s*:\s*"[\w./]*"\s*,\s*)*${ID}[,}]`);
/** An id as the last member: the brace that closes the message is the only one behind it. */
const ID_LAST = new RegExp(String.raw`,\s*${ID}\}\s*$`);

/** The id of a request that was too long to be read, where the client wrote it first or last; else the client waits. */
function idOfEnds(ends: Buffer): Id {
  const text = ends.toString('latin1');
  const begin = text.slice(0, KEPT_BYTES);
  if (!NAMED.test(begin)) return null;
  const [, id = 'null'] = ID_FIRST.exec(begin) ?? ID_LAST.exec(text.slice(-KEPT_BYTES)) ?? [];
  return JSON.parse(id) as Id;
}

function refusal(code: number, message: string, id: Id = null): Line {
  return { refusal: { jsonrpc: '2.0', id, error: { code, message } } };
}
