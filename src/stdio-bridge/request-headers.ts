import { isObject, type Message } from './json-rpc.js';

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/** Which parameter the Mcp-Name header repeats (MCP 2026-07-28, Streamable HTTP, standard headers; tasks: SEP-2663). */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/**
 * The headers specification 2026-07-28 wants beside a message, taken from the message; undefined for a message without
 * an envelope, which is of an older revision.
 */
export function modernHeaders(message: Message): Record<string, string> | undefined {
  if (message.kind === 'reply') return undefined;
  const { method, params } = message;
  const meta = params['_meta'];
  const version = isObject(meta) ? meta[VERSION_KEY] : undefined;
  if (typeof version !== 'string') return undefined;
  const source = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const name = source === undefined ? undefined : params[source];
  return {
    'MCP-Protocol-Version': headerValue(version),
    'Mcp-Method': headerValue(method),
    ...(typeof name === 'string' && { 'Mcp-Name': headerValue(name) }),
  };
}

/** A text as a field value: plain where that is safe, else in the base64 form of the specification. */
export function headerValue(text: string): string {
  const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
