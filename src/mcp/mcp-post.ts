import type { Principal } from '../principal.js';
import type { AnswerForm } from './accept.js';
import type { McpRequest } from './mcp-request.js';

/** One accepted POST: an authenticated caller and a parsed body. */
export interface McpPost {
  readonly principal: Principal;
  readonly requestId: string;
  readonly body: unknown;
  readonly form: AnswerForm;
}

/** A JSON-RPC message of which nothing is known yet. */
export interface JsonRpcShape {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown; readonly uri?: unknown; readonly requestId?: unknown } | null;
}

/** The message of a POST. */
export function messageOf({ body }: Pick<McpPost, 'body'>): JsonRpcShape {
  return body ?? {};
}

/** What the protocol server gets to know of a POST. */
export function toMcpRequest(post: McpPost, { modern }: { readonly modern: boolean }): McpRequest {
  const { method, params } = messageOf(post);
  return {
    principal: post.principal,
    requestId: post.requestId,
    method: asText(method),
    name: asText(params?.name),
    uri: asText(params?.uri),
    modern,
    progress: post.form === 'stream',
  };
}

/** A value when it is a text. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
