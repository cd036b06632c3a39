import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { discard } from './answer-reader.js';
import { codeOf, type Destination, openTcp, openTunnel, secure } from './connection.js';
import { createEndpointParts, type EndpointParts } from './endpoint-parts.js';
import { Failure } from './failure.js';
import { connectFailure, statusFailure } from './failure-words.js';
import type { Journal } from './journal.js';
import { isObject, type JsonObject, type Request } from './json-rpc.js';
import { type Options, takeOptions } from './options.js';
import { printable } from './printable.js';
import { modernHeaders } from './request-headers.js';
import { PROGRAM, VERSION } from './version.js';

const STEP_PATIENCE_MS = 30_000;
const REVISION = '2026-07-28';

/** One step: what it is called, and what it found when it went well. */
type Step = readonly [name: string, run: (signal: AbortSignal) => Promise<string>];

/**
 * Tries the connection step by step, one line each, and stops at the first step that fails with what to do about it.
 * Whether all went well.
 */
export async function check(env: NodeJS.ProcessEnv, journal: Journal, print: (line: string) => void): Promise<boolean> {
  let found: Options | undefined;
  const settings: Step = ['settings', () => Promise.resolve((found = takeOptions(env)).endpoint.shown)];
  if (!(await succeeds(settings, print)) || found === undefined) return false;
  const parts = createEndpointParts(found, journal);
  try {
    for (const step of stepsOf(found, parts)) if (!(await succeeds(step, print))) return false;
    return true;
  } finally {
    parts.client.close();
  }
}

async function succeeds([name, run]: Step, print: (line: string) => void): Promise<boolean> {
  const tell = (outcome: string, words: string): void =>
    print(`${outcome.padEnd(7)}${name.padEnd(16)}${printable(words, 600)}\n`);
  try {
    tell('ok', await run(AbortSignal.timeout(STEP_PATIENCE_MS)));
    return true;
  } catch (error) {
    tell('FAILED', error instanceof Failure ? error.message : `No answer within ${STEP_PATIENCE_MS / 1000} seconds.`);
    return false;
  }
}

function stepsOf(options: Options, { client, key, place, post }: EndpointParts): Step[] {
  const { endpoint, proxy, verifyTls } = options;
  const to: Destination = { ...endpoint, verifyTls, proxy };
  const first = proxy?.hostname ?? endpoint.host;
  let socket: Socket | undefined;

  const health = async (signal: AbortSignal): Promise<string> => {
    const response = await client.send({ method: 'GET', path: endpoint.healthPath, headers: {}, body: '', signal });
    const { statusCode: status = 0, headers } = response;
    discard(response);
    if (status === 404) return `${endpoint.healthPath} is not offered here`;
    if (status !== 200) throw statusFailure(status, headers, place, Date.now());
    return `${endpoint.healthPath} answers`;
  };

  const ask = async (method: string, signal: AbortSignal): Promise<JsonObject> => {
    const request = ownRequest(method);
    const headers = modernHeaders(request) ?? {};
    for await (const { message } of post({ text: request.text, id: request.id, headers, signal })) {
      if (message['id'] === request.id) return message;
    }
    throw new Failure('not_mcp', `The server gave no answer to ${method}. Check MCP_SERVER_URL.`);
  };

  return [
    ['key', async () => ((await key.current()) === undefined ? 'none is set' : `from ${key.variable ?? ''}`)],
    ['name', async () => (await resolve(first, endpoint.port)).join(', ')],
    [
      'connection',
      async (signal) => {
        socket = await connecting(to, () =>
          proxy ? openTunnel(proxy, to, signal) : openTcp(to.host, to.port, signal),
        );
        return proxy === undefined ? `${to.host} port ${to.port}` : `through the proxy ${proxy.host}`;
      },
    ],
    [
      'TLS',
      async (signal) => {
        const open = socket as Socket;
        const version = to.secure
          ? await connecting(to, async () => (await secure(open, to, signal)).getProtocol())
          : '';
        open.destroy();
        if (!to.secure) return 'not used: the server is on this computer';
        return `${version ?? ''}${verifyTls ? '' : ', certificate NOT checked'}`;
      },
    ],
    ['health', health],
    ['authentication', async (signal) => (await ask('server/discover', signal), 'accepted')],
    [
      'tools/list',
      async (signal) => {
        const { result } = await ask('tools/list', signal);
        const tools = isObject(result) && Array.isArray(result['tools']) ? result['tools'] : [];
        if (tools.length > 0) return `${tools.length} tools`;
        throw new Failure('not_mcp', 'The server lists no tools. Ask whoever runs it what the key may use.');
      },
    ],
  ];
}

async function resolve(host: string, port: number): Promise<string[]> {
  try {
    return (await lookup(host.replace(/^\[(.*)\]$/, '$1'), { all: true })).map(({ address }) => address);
  } catch (error) {
    throw connectFailure(codeOf(error), host, port);
  }
}

async function connecting<T>({ host, port }: Destination, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Failure ? error : connectFailure(codeOf(error), host, port);
  }
}

function ownRequest(method: string): Request {
  const params = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': REVISION,
      'io.modelcontextprotocol/clientInfo': { name: PROGRAM, version: VERSION },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  return { kind: 'request', id: 1, method, params, text: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) };
}
