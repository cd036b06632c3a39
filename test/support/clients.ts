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
  /** Milliseconds until the client itself gives up. */
  readonly timeout?: number;
}

export interface Completed {
  readonly values: string[];
  readonly total?: number;
  readonly hasMore?: boolean;
}

/** A prompt by its name or a resource template by its text. */
export type Reference =
  { readonly type: 'ref/prompt'; readonly name: string } | { readonly type: 'ref/resource'; readonly uri: string };

/** What every MCP client can do, whichever SDK and protocol era it is of. */
export interface McpClient {
  readonly capabilities: object | undefined;
  readonly instructions: string | undefined;
  prompts(): Promise<{ name: string; title?: string; arguments?: { name: string; required?: boolean }[] }[]>;
  /** The text of a prompt. */
  prompt(name: string, args: Record<string, string>): Promise<string>;
  resources(): Promise<{ uri: string; name: string; title?: string; description?: string }[]>;
  templates(): Promise<{ uriTemplate: string; name: string }[]>;
  /** The text of a resource. */
  read(uri: string): Promise<string>;
  complete(
    ref: Reference,
    argument: { name: string; value: string },
    given?: Record<string, string>,
  ): Promise<Completed>;
  tools(): Promise<{ name: string; title?: string; inputSchema: object; outputSchema?: object }[]>;
  call(name: string, args: object, options?: CallOptions): Promise<ToolResult>;
  close(): Promise<void>;
}

/** How a client sends its requests; default: `fetch`. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export type Connect = (endpoint: string, token: string, fetch?: Fetch) => Promise<McpClient>;

type OnError = (error: Error) => void;

const clientInfo = { name: 'e2e', version: '1.0.0' };

const transport = (token: string, fetch?: Fetch): { requestInit: RequestInit; fetch?: Fetch } => ({
  requestInit: { headers: { authorization: `Bearer ${token}` } },
  ...(fetch && { fetch }),
});

/** A client of SDK 1 on any transport; a fault that no answer tells of is given to `onerror`. */
export async function v1Client(on: Parameters<V1Client['connect']>[0], onerror?: OnError): Promise<McpClient> {
  const client = Object.assign(new V1Client(clientInfo), { onerror });
  await client.connect(on);
  return {
    ...surfaceOf(client),
    tools: async () => (await client.listTools()).tools,
    call: async (name, args, options) =>
      (await client.callTool({ name, arguments: { ...args } }, undefined, options)) as ToolResult,
    close: () => client.close(),
  };
}

/** The clients in the field (LibreChat among them) ship this SDK. */
export const connectV1: Connect = (endpoint, token, fetch) =>
  v1Client(new V1Transport(new URL(endpoint), transport(token, fetch)));

/** What both SDKs call the same. */
function surfaceOf(client: V1Client | ModernClient): Omit<McpClient, 'tools' | 'call' | 'close'> {
  return {
    capabilities: client.getServerCapabilities(),
    instructions: client.getInstructions(),
    prompts: async () => (await client.listPrompts()).prompts,
    prompt: async (name, args) => {
      const { messages } = await client.getPrompt({ name, arguments: args });
      const [content] = messages.map((message) => message.content);
      return content?.type === 'text' ? content.text : '';
    },
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => {
      const [content] = (await client.readResource({ uri })).contents;
      return content !== undefined && 'text' in content ? content.text : '';
    },
    complete: async (ref, argument, given) =>
      (await client.complete({ ref, argument, ...(given && { context: { arguments: given } }) })).completion,
  };
}

/** A client of SDK 2 on any transport, of the era that is asked for. */
export async function v2Client(
  mode: 'legacy' | { pin: string },
  on: Parameters<ModernClient['connect']>[0],
  onerror?: OnError,
): Promise<McpClient> {
  const client = Object.assign(new ModernClient(clientInfo, { versionNegotiation: { mode } }), { onerror });
  await client.connect(on);
  return {
    ...surfaceOf(client),
    tools: async () => (await client.listTools()).tools,
    call: async (name, args, options) =>
      (await client.callTool({ name, arguments: { ...args } }, options)) as ToolResult,
    close: () => client.close(),
  };
}

function connectV2(mode: 'legacy' | { pin: string }): Connect {
  return (endpoint, token, fetch) => v2Client(mode, new ModernTransport(new URL(endpoint), transport(token, fetch)));
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
