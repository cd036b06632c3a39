import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export interface ToolResult {
  readonly isError?: boolean;
  readonly content: { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Record<string, unknown>;
}

export interface CallOptions {
  readonly onprogress?: (progress: { progress: number; message?: string }) => void;
  readonly signal?: AbortSignal;
}

/** What every MCP client can do, whichever SDK and protocol era it is of. */
export interface McpClient {
  tools(): Promise<{ name: string; title?: string; inputSchema: object; outputSchema?: object }[]>;
  call(name: string, args: object, options?: CallOptions): Promise<ToolResult>;
  close(): Promise<void>;
}

export type Connect = (endpoint: string, token: string) => Promise<McpClient>;

const clientInfo = { name: 'e2e', version: '1.0.0' };

const requestInit = (token: string): { requestInit: RequestInit } => ({
  requestInit: { headers: { authorization: `Bearer ${token}` } },
});

/** The clients in the field (LibreChat among them) ship this SDK. */
export const connectV1: Connect = async (endpoint, token) => {
  const client = new V1Client(clientInfo);
  await client.connect(new V1Transport(new URL(endpoint), requestInit(token)));
  return {
    tools: async () => (await client.listTools()).tools,
    call: async (name, args, options) =>
      (await client.callTool({ name, arguments: { ...args } }, undefined, options)) as ToolResult,
    close: () => client.close(),
  };
};

function connectV2(mode: 'legacy' | { pin: string }): Connect {
  return async (endpoint, token) => {
    const client = new ModernClient(clientInfo, { versionNegotiation: { mode } });
    await client.connect(new ModernTransport(new URL(endpoint), requestInit(token)));
    return {
      tools: async () => (await client.listTools()).tools,
      call: async (name, args, options) =>
        (await client.callTool({ name, arguments: { ...args } }, options)) as ToolResult,
      close: () => client.close(),
    };
  };
}

/** SDK 2 speaking specification 2026-07-28. */
export const connectV2Modern = connectV2({ pin: '2026-07-28' });
/** SDK 2 speaking the revisions with a handshake. */
export const connectV2Legacy = connectV2('legacy');

export const EVERY_CLIENT: readonly (readonly [string, Connect])[] = [
  ['SDK 1.x', connectV1],
  ['SDK 2.x on 2026-07-28', connectV2Modern],
  ['SDK 2.x on the older era', connectV2Legacy],
];
