import { Injectable, SetMetadata, applyDecorators } from '@nestjs/common';
import type { McpServer, ServerCapabilities, ServerContext } from '@modelcontextprotocol/server';
import type { McpRequest } from './mcp-request.js';

/** What a protocol server is built for. */
export interface Serving {
  /** The one message it serves; absent for a server that lives through many, on which everything is registered. */
  readonly wanted?: Pick<McpRequest, 'method' | 'name' | 'uri' | 'modern'>;
  /** Who sent the message being handled, and how it is answered. */
  requestOf(context: ServerContext): McpRequest;
}

/** Some of the protocol's methods, as singletons that every protocol server gets registered anew. */
export interface MethodFamily {
  /** What a server declares because of these methods; asked once, after all rooms are there. */
  capabilities(): ServerCapabilities;
  register(server: McpServer, serving: Serving): void;
}

export const METHOD_FAMILY = 'cloudwatch-mcp:method-family';

/** Makes a class a provider of protocol methods, found at boot; a later one may answer a method in place of an earlier. */
export function ProvidesMethods() {
  return (target: new (...args: never[]) => MethodFamily): void => {
    applyDecorators(Injectable(), SetMetadata(METHOD_FAMILY, true))(target);
  };
}

/** Whether a server serves this method. */
export function serves({ wanted }: Serving, method: string): boolean {
  return wanted === undefined || wanted.method === method;
}
