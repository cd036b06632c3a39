/** A tool's answer: its output, or the text of its error. */
export type ToolAnswer =
  | { readonly ok: true; readonly output: Record<string, unknown>; readonly progress: readonly string[] }
  | { readonly ok: false; readonly error: string };

/** One way of calling tools with one credential. */
export interface ToolCaller {
  callTool(name: string, args: object): Promise<ToolAnswer>;
}

interface JsonRpcMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly progress?: number; readonly message?: string };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

const PROTOCOL_VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': PROTOCOL_VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'demo-tour', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Speaks MCP 2026-07-28 with plain `fetch`, so that the tour shows what is on the wire and nothing else. */
export class McpCaller implements ToolCaller {
  private lastId = 0;

  constructor(
    private readonly url: string,
    private readonly credential: string,
  ) {}

  /** One tool call, asking for progress. */
  async callTool(name: string, args: object): Promise<ToolAnswer> {
    const progress: string[] = [];
    const result = await this.request('tools/call', { name, arguments: args }, name, progress);
    if (result['isError'] === true) return { ok: false, error: textOf(result) };
    return { ok: true, output: result['structuredContent'] as Record<string, unknown>, progress };
  }

  /**
   * One request and its result.
   * @throws Error when the server answers with an HTTP or JSON-RPC error
   */
  async request(
    method: string,
    params: object = {},
    name?: string,
    progress: string[] = [],
  ): Promise<Record<string, unknown>> {
    this.lastId += 1;
    const id = this.lastId;
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.credential}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': PROTOCOL_VERSION,
        'mcp-method': method,
        ...(name !== undefined && { 'mcp-name': name }),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id,
        method,
        params: { ...params, _meta: { ...META, progressToken: id } },
      }),
    });
    const messages = readMessages(response.headers.get('content-type') ?? '', await response.text());
    for (const { method: notified, params: said } of messages)
      if (notified === 'notifications/progress') progress.push(said?.message ?? String(said?.progress));
    const answer = messages.find((message) => message.id === id || message.error !== undefined);
    if (answer?.result !== undefined) return answer.result;
    throw new Error(`${method} answered ${response.status} ${JSON.stringify(answer?.error ?? messages)}`);
  }
}

/** Calls tools as a script without an MCP library does: one POST, one JSON body. */
export function plainHttpCaller(endpoint: string, credential: string): ToolCaller {
  return {
    callTool: async (name, args) => {
      const response = await fetch(`${endpoint}/tools/call`, {
        method: 'POST',
        headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name, arguments: args }),
      });
      const body = (await response.json()) as Record<string, unknown>;
      if (response.ok) return { ok: true, output: body['result'] as Record<string, unknown>, progress: [] };
      return { ok: false, error: `[${String(body['error'])}] ${String(body['error_description'])}` };
    },
  };
}

/** The JSON-RPC messages of a body, which is one of them or a stream of them (SSE). */
function readMessages(contentType: string, body: string): JsonRpcMessage[] {
  if (!contentType.includes('text/event-stream')) return body === '' ? [] : [JSON.parse(body) as JsonRpcMessage];
  return body
    .split('\n')
    .filter((line) => line.startsWith('data:') && line.length > 6)
    .map((line) => JSON.parse(line.slice('data:'.length)) as JsonRpcMessage);
}

function textOf(result: Record<string, unknown>): string {
  const [first] = (result['content'] ?? []) as { text?: string }[];
  return first?.text ?? JSON.stringify(result);
}
