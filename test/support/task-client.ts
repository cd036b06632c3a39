import type { ToolResult } from './clients.js';

/** The MCP Tasks extension. */
export const TASKS = 'io.modelcontextprotocol/tasks';

/** A task, or the answer to whatever else was asked. */
export interface TaskAnswer extends Partial<ToolResult> {
  readonly resultType?: string;
  readonly taskId?: string;
  readonly status?: string;
  readonly statusMessage?: string;
  readonly createdAt?: string;
  readonly ttlMs?: number;
  readonly pollIntervalMs?: number;
  readonly result?: ToolResult;
  readonly [member: string]: unknown;
}

export interface TaskReply {
  readonly httpStatus: number;
  readonly result?: TaskAnswer;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface TaskClientOptions {
  /** Whether its requests declare the extension; default: they do. */
  readonly declares?: boolean;
  /** An older protocol, without an envelope. */
  readonly older?: boolean;
}

/** The client's side of the extension by hand (SEP-2663), each request on its own. */
export class TaskClient {
  constructor(
    private readonly endpoint: string,
    private readonly token: string,
    private readonly options: TaskClientOptions = {},
  ) {}

  /** The same client at another replica. */
  at(endpoint: string): TaskClient {
    return new TaskClient(endpoint, this.token, this.options);
  }

  async request(method: string, params: Record<string, unknown>, headers: object = {}): Promise<TaskReply> {
    const { declares = true, older = false } = this.options;
    const name = params['taskId'] ?? params['name'];
    const capabilities = declares ? { extensions: { [TASKS]: {} } } : {};
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    };
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(!older && { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method }),
        ...(!older && typeof name === 'string' && { 'mcp-name': headerValue(name) }),
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, ...(!older && { _meta: meta }) } }),
    });
    const text = await response.text();
    const streamed = text.split('\n').findLast((line) => line.startsWith('data: {'));
    const { result, error } = JSON.parse(streamed?.slice(6) ?? text) as Omit<TaskReply, 'httpStatus'>;
    return { httpStatus: response.status, result, error };
  }

  call(name: string, args: object): Promise<TaskReply> {
    return this.request('tools/call', { name, arguments: args });
  }

  /** The id of the task that a call became. */
  async begin(name: string, args: object): Promise<string> {
    const { result, error } = await this.call(name, args);
    if (result?.taskId === undefined) throw new Error(`No task: ${JSON.stringify(result ?? error)}`);
    return result.taskId;
  }

  async get(taskId: string): Promise<TaskAnswer> {
    const { result, error } = await this.request('tasks/get', { taskId });
    if (result === undefined) throw new Error(`No state: ${JSON.stringify(error)}`);
    return result;
  }

  /** Looks until the task has ended. */
  async settle(taskId: string, withinMs = 15_000): Promise<TaskAnswer> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const task = await this.get(taskId);
      if (task.status !== 'working') return task;
      if (performance.now() > deadline) throw new Error(`Still at work: ${task.statusMessage}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Other than visible ASCII is sent as the specification says. */
function headerValue(name: string): string {
  return /^[\x21-\x7e]+$/.test(name) ? name : `=?base64?${Buffer.from(name).toString('base64')}?=`;
}
