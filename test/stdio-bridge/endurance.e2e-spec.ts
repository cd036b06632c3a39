import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';
import { ALICE_ROLE, freePort, type Stack, startStack } from '../support/stack.js';
import { type Answer, answersById, BridgeProcess } from './bridge-process.js';
import { type Behaviour, FAULTS, MisbehavingServer } from './misbehaving-server.js';

/** `npm run soak:bridge`: ten thousand requests, and a server process that is really killed; else a few hundred. */
const WHOLE = process.env['BRIDGE_SOAK'] === 'true';
const REQUESTS = WHOLE ? 10_000 : 240;
const AT_ONCE = 20;
/** The way to the server breaks so often; in the whole form the server dies at every tenth of these. */
const REQUESTS_BETWEEN_KILLS = WHOLE ? 200 : 80;
/** Of so many requests one meets each of these. */
const PERIOD = 25;
const REFUSED_WITH = ['401', '403', '429', '500', 'RST', 'half JSON'];
const TIMEOUT_MS = WHOLE ? 900_000 : 60_000;

const MODERN = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'soak', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
};
const KINDS: readonly (readonly [method: string, params: object])[] = [
  ['tools/list', {}],
  ['tools/call', { name: 'get_active_alarms', arguments: {} }],
  ['ping', {}],
  ['tools/list', MODERN],
  ['tools/call', { name: 'list_accounts', arguments: {}, ...MODERN }],
  ['server/discover', MODERN],
];

let stack: Stack;
let replica: ServerProcess | undefined;
let target: string;
let front: MisbehavingServer;
let port: string;

beforeAll(async () => {
  stack = await startStack({ env: { LOG_LEVEL: 'ERROR', AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE } });
  port = String(await freePort());
  if (WHOLE) await startReplica();
  target = WHOLE ? `http://127.0.0.1:${port}/mcp` : stack.endpoint;
  front = await MisbehavingServer.start(behaveBadlyAtTimes());
});
afterAll(async () => {
  replica?.signal('SIGKILL');
  await front.kill();
  await stack.close();
});

async function startReplica(): Promise<void> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  const identity = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_EC2_METADATA_DISABLED: 'true' };
  const allowed = { ALLOWED_HOSTS: `127.0.0.1:${port}`, LOG_LEVEL: 'INFO' };
  const env = { ...stack.settings, ...identity, ...allowed, CLOUDWATCH_MCP_PORT: port };
  replica = await ServerProcess.start({ env });
}

/** What stands before the server: passes most on, refuses some, and breaks when the server is gone. */
function behaveBadlyAtTimes(): Behaviour {
  let count = 0;
  return (message, response, request) => {
    count += 1;
    const fault = FAULTS[REFUSED_WITH[count % PERIOD] ?? ''];
    if (fault !== undefined && message.method !== 'initialize') return fault(message, response, request);
    void passOn(JSON.stringify(message), request.headers, response);
  };
}

async function passOn(body: string, headers: IncomingHttpHeaders, response: ServerResponse): Promise<void> {
  const { host: _host, connection: _connection, 'content-length': _length, ...rest } = headers;
  try {
    const answer = await fetch(target, { method: 'POST', headers: rest as Record<string, string>, body });
    const text = await answer.text();
    const session = answer.headers.get('mcp-session-id');
    response.writeHead(answer.status, {
      ...(text !== '' && { 'Content-Type': answer.headers.get('content-type') ?? '' }),
      ...(session !== null && { 'Mcp-Session-Id': session }),
    });
    response.end(text);
  } catch {
    response.socket?.resetAndDestroy();
  }
}

async function killSometimes(sent: number): Promise<void> {
  if (sent === 0 || sent % REQUESTS_BETWEEN_KILLS !== 0) return;
  if (WHOLE && sent % (10 * REQUESTS_BETWEEN_KILLS) === 0) {
    replica?.signal('SIGKILL');
    await replica?.ended;
    await startReplica();
    return;
  }
  await front.kill();
  await delay(sent % (2 * REQUESTS_BETWEEN_KILLS) === 0 ? 2000 : 100);
  await front.listen();
}

describe('the bridge', () => {
  it(
    `answers every one of ${REQUESTS} requests exactly once across kills and refusals, and tells nobody the key [BRG-04] [BRG-01]`,
    async () => {
      const env = { MCP_SERVER_URL: front.origin, MCP_API_KEY: stack.apiKey, MCP_BRIDGE_DEBUG: 'true' };
      const bridge = new BridgeProcess({ env });
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'soak', version: '1' } };
      expect((await bridge.request('initialize', params, 'start')).result).toBeDefined();
      bridge.notify('notifications/initialized');

      const answers: Answer[] = [];
      let next = 0;
      const caller = async (): Promise<void> => {
        for (let id = next; id < REQUESTS; id = next) {
          next += 1;
          const [method, given] = KINDS[id % KINDS.length] ?? ['ping', {}];
          const [answer] = await Promise.all([bridge.request(method, given, id), killSometimes(id)]);
          answers.push(answer);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, caller));
      const memory = bridge.peakMemory();
      expect(await bridge.close()).toBe(0);

      const counts = answersById(bridge);
      const ids = ['start', ...Array.from({ length: REQUESTS }, (_, id) => id)];
      expect([ids.filter((id) => counts.get(id) !== 1), counts.size]).toEqual([[], ids.length]);
      const reasons = new Map<unknown, number>();
      for (const { error } of answers) {
        const reason = error === undefined ? 'answered' : error.data?.['reason'];
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
      const seen = { ...Object.fromEntries(reasons), memoryMB: Math.round(memory / 1e6) };
      if (WHOLE) console.log(seen);
      expect(Object.keys(seen)).toEqual(
        expect.arrayContaining([
          'answered',
          'unauthorized',
          'forbidden',
          'rate_limited',
          'server_failure',
          'connection_lost',
        ]),
      );
      expect(reasons.get('answered')).toBeGreaterThan(REQUESTS / 2);
      expect(memory).toBeLessThan(200_000_000);
      for (const text of [bridge.stdout, bridge.stderr]) expect(text.split(stack.apiKey)).toHaveLength(1);
      expect(bridge.stderr.length).toBeGreaterThan(1000);
    },
    TIMEOUT_MS,
  );
});
