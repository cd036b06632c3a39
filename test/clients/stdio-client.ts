import { Client as V2Client } from '@modelcontextprotocol/client';
import { StdioClientTransport as V2Transport } from '@modelcontextprotocol/client/stdio';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { ToolResult } from '../support/clients.js';
import type { StdioServer } from './example-files.js';

/** What a user does with a client: see the tools, call one. */
export interface CallingClient {
  tools(): Promise<string[]>;
  call(name: string, args: object): Promise<ToolResult>;
  close(): Promise<void>;
}

export interface StdioOptions {
  /** Where the program keeps what it remembers. */
  readonly home: string;
  /** Given each text the program writes beside the protocol. */
  readonly told?: (text: string) => void;
}

const clientInfo = { name: 'desktop', version: '1.0.0' };
const PATIENCE = { timeout: 45_000 };

function parameters({ command, args, env }: StdioServer, { home }: StdioOptions) {
  const own = { PATH: process.env['PATH'] ?? '', HOME: home, MCP_REMOTE_CONFIG_DIR: home, BROWSER: '/bin/true' };
  return { command, args: [...args], env: { ...own, ...env }, stderr: 'pipe' as const };
}

/** A desktop client of the handshake era, as those in the field are, that starts this program. */
export async function connectStdioV1(server: StdioServer, options: StdioOptions): Promise<CallingClient> {
  const transport = new V1Transport(parameters(server, options));
  transport.stderr?.on('data', (chunk: Buffer) => options.told?.(chunk.toString()));
  const client = new V1Client(clientInfo);
  await client.connect(transport, PATIENCE);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) =>
      (await client.callTool({ name, arguments: { ...args } }, undefined, PATIENCE)) as ToolResult,
    close: () => client.close(),
  };
}

/** A desktop client that speaks specification 2026-07-28. */
export async function connectStdioV2(server: StdioServer, options: StdioOptions): Promise<CallingClient> {
  const transport = new V2Transport(parameters(server, options));
  transport.stderr?.on('data', (chunk: Buffer) => options.told?.(chunk.toString()));
  const client = new V2Client(clientInfo, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(transport, PATIENCE);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => (await client.callTool({ name, arguments: { ...args } }, PATIENCE)) as ToolResult,
    close: () => client.close(),
  };
}
