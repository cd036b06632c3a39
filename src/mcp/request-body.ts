import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, HttpRefusal, type ToolDeniedReason } from '../errors.js';
import { jsonExcess } from './json-shape.js';

/** The largest request body, in bytes. */
export const BODY_LIMIT_BYTES = 1_048_576;

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
  const excess = jsonExcess(text);
  if (excess !== undefined) throw denied(400, 'invalid_request', `The body ${excess}.`, 'invalid_args');
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
  return denied(413, 'payload_too_large', 'The body is larger than 1 MB.', 'too_large', CLOSE);
}

/** A refusal that is counted as one of tool calls: what else would a body of such a size or shape be for. */
function denied(
  status: number,
  code: ErrorCode,
  message: string,
  reason: ToolDeniedReason,
  headers: Readonly<Record<string, string>> = {},
): HttpRefusal {
  return new HttpRefusal(status, code, message, headers, code, { denied: reason });
}
