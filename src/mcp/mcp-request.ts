import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Principal } from '../principal.js';

/** What the controller knows of a request and the protocol server needs; carried in the SDK's `authInfo`. */
export interface McpRequest {
  readonly principal: Principal;
  readonly requestId: string;
  /** The JSON-RPC method and, where it names one, the tool or prompt (`name`) or the resource (`uri`). */
  readonly method?: string;
  readonly name?: string;
  readonly uri?: string;
  /** True for a message of specification 2026-07-28 over HTTP, where some errors have a status of their own. */
  readonly modern?: boolean;
  /** False when the client takes a single JSON body, which has no room for progress. */
  readonly progress: boolean;
}

/** Wraps a request for the SDK, without the caller's token: nothing behind this door needs it. */
export function toAuthInfo(request: McpRequest, resourceMetadataUrl: string): AuthInfo {
  const { principal } = request;
  return {
    token: '',
    clientId: principal.clientId ?? principal.subject,
    scopes: [...principal.scopes],
    resourceMetadataUrl,
    extra: { request },
  };
}

/** The request that `toAuthInfo` wrapped. @throws Error when there is none: no server is built for nobody */
export function fromAuthInfo(authInfo: AuthInfo | undefined): McpRequest {
  const request = authInfo?.extra?.['request'] as McpRequest | undefined;
  if (request === undefined) throw new Error('A protocol server was asked for without a caller');
  return request;
}
