import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpRefusal } from '../errors.js';

/** The largest request body, in bytes. */
export const BODY_LIMIT_BYTES = 1_048_576;
/** The deepest nesting of arrays and objects in a body. */
export const BODY_DEPTH_LIMIT = 64;

/** The rest of the request stays unread, so the connection cannot be used again. */
const CLOSE = { Connection: 'close' };
const BROKEN_OFF = 'The body broke off before its end.';

/**
 * Reads a JSON body. The caller is already authenticated, so nothing is read for strangers, and a client that waits to
 * be told (`Expect: 100-continue`, RFC 9110 section 10.1.1) is told now.
 * @throws HttpRefusal 415, 413 or 400; the body's text is in none of them
 */
export async function readJsonBody(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  requireJson(request);
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  if (request.headers.expect !== undefined) response.writeContinue();
  const text = decodeText(await readBytes(request));
  if (depthOf(text) > BODY_DEPTH_LIMIT)
    throw new HttpRefusal(400, 'invalid_request', `The body is nested deeper than ${BODY_DEPTH_LIMIT} levels.`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HttpRefusal(400, 'invalid_request', 'The body is not valid JSON.', {}, 'parse_error');
  }
}

function requireJson(request: IncomingMessage): void {
  const [type, ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (type !== 'application/json' || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')) {
    throw new HttpRefusal(415, 'unsupported_media_type', 'Send Content-Type: application/json.', CLOSE);
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new HttpRefusal(415, 'unsupported_media_type', 'Send the body without Content-Encoding.', CLOSE);
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > BODY_LIMIT_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    // The client went away or sent a malformed chunk, which Node has answered: no fault of ours.
    throw error instanceof HttpRefusal ? error : new HttpRefusal(400, 'invalid_request', BROKEN_OFF, CLOSE);
  }
  return Buffer.concat(chunks);
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HttpRefusal(400, 'invalid_request', 'The body is not valid UTF-8.', {}, 'parse_error');
  }
}

function tooLarge(): HttpRefusal {
  return new HttpRefusal(413, 'payload_too_large', 'The body is larger than 1 MB.', CLOSE);
}

/** The nesting of JSON text, without parsing it. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (inString) {
      if (char === 0x5c) index += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return deepest;
}
