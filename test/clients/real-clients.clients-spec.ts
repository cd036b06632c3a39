import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { completeLogin } from '../../src/demo/oidc-issuer/sign-in.js';
import { readMarkdown } from '../contract/markdown.js';
import { answerText } from '../support/answer-text.js';
import { connectV1, connectV2Legacy, connectV2Modern, type Connect } from '../support/clients.js';
import { type DemoProcess, startDemoProcess } from './demo-process.js';
import { EXAMPLE_ENDPOINT, type StdioServer, stdioServer } from './example-files.js';
import { inspect, inspectAsTyped, inspectorClient } from './inspector.js';
import { withoutNpx } from './installed-program.js';
import { type CallingClient, connectStdioV1, connectStdioV2 } from './stdio-client.js';

let demo: DemoProcess;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'clients-'));
  demo = await startDemoProcess();
});
afterAll(async () => {
  await demo.stop();
  rmSync(home, { recursive: true, force: true });
});

/** What each person of the demo sees of their own account; two, so that neither asks more in a minute than they may. */
const PEOPLE = {
  alice: { account: '111111111111', alias: 'shop', group: '/shop/checkout', alarm: 'payments-duration-p99' },
  bob: { account: '222222222222', alias: 'logistics', group: '/logistics/routing', alarm: 'routing-memory-high' },
} as const;
type Person = keyof typeof PEOPLE;

/** A client of the SDKs, over HTTP. */
const sdk =
  (connect: Connect) =>
  async (person: Person): Promise<CallingClient> => {
    const client = await connect(demo.endpoint, demo[person]);
    return { ...client, tools: async () => (await client.tools()).map(({ name }) => name) };
  };

const inspector =
  (server: string) =>
  async (person: Person): Promise<CallingClient> =>
    inspectorClient(join(home, server), demo.endpoint, server, demo[person]);

/** The example for an API key; anything that is a credential of the server can stand in its place. */
function mcpRemote(credential: string, more: readonly string[] = []): StdioServer {
  const server = withoutNpx(stdioServer('mcp-remote.api-key.json', demo.endpoint));
  return { ...server, args: [...server.args, ...more], env: { AUTHORIZATION: `Bearer ${credential}` } };
}

function bridge(credential: string): StdioServer {
  const server = withoutNpx(stdioServer('claude-desktop.api-key.json', demo.endpoint));
  return { ...server, env: { ...server.env, MCP_API_KEY: credential } };
}

/** mcp-remote as Claude Desktop starts it, whose user signs in in the browser it opens. */
async function signedIn(person: Person): Promise<CallingClient> {
  const seen: string[] = [];
  let told = '';
  return connectStdioV1(withoutNpx(stdioServer('claude-desktop.oauth.json', demo.endpoint)), {
    home: mkdtempSync(join(home, 'signed-in-')),
    told: (text) => {
      told += text;
      const [, url] = /by visiting:\s+(\S+)\s/.exec(told) ?? [];
      if (url === undefined || seen.includes(url)) return;
      seen.push(url);
      void browse(new URL(url), person);
    },
  });
}

/** What the browser does: the form of the provider, then back to the program that waits on this computer. */
async function browse(authorizationUrl: URL, person: Person): Promise<void> {
  const answer = await completeLogin(authorizationUrl, person);
  const callback = new URL(authorizationUrl.searchParams.get('redirect_uri') ?? '');
  for (const [name, value] of Object.entries(answer)) if (value !== undefined) callback.searchParams.set(name, value);
  await (await fetch(callback)).text();
}

const CLIENTS: readonly (readonly [name: string, person: Person, connect: (as: Person) => Promise<CallingClient>])[] = [
  ['SDK 1.x', 'alice', sdk(connectV1)],
  ['SDK 2.x on 2026-07-28', 'alice', sdk(connectV2Modern)],
  ['SDK 2.x with the handshake', 'alice', sdk(connectV2Legacy)],
  ['MCP Inspector on 2026-07-28', 'bob', inspector('cloudwatch')],
  ['MCP Inspector with the handshake', 'bob', inspector('cloudwatch-handshake')],
  ['mcp-remote, signed in', 'alice', signedIn],
  ['mcp-remote with a header', 'alice', (as) => connectStdioV1(mcpRemote(demo[as]), { home })],
  [
    'mcp-remote between the eras',
    'alice',
    (as) => connectStdioV1(mcpRemote(demo[as], ['--protocol', 'auto']), { home }),
  ],
  ['the bridge, a client with the handshake', 'bob', (as) => connectStdioV1(bridge(demo[as]), { home })],
  ['the bridge, a client on 2026-07-28', 'bob', (as) => connectStdioV2(bridge(demo[as]), { home })],
];

interface Alarm {
  readonly alarm_name: string;
  readonly namespace: string;
  readonly metric_name: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

describe.each(CLIENTS)('%s', (_name, person, connect) => {
  it(`lists the tools and calls one of each family, as ${person} [E2]`, async () => {
    const { account, alias, group, alarm } = PEOPLE[person];
    const client = await connect(person);
    onTestFinished(() => client.close());
    const call = async <T>(name: string, args: object): Promise<T> => {
      const result = await client.call(name, args);
      expect(result.isError).toBeFalsy();
      // Some clients show their model the structured form, some the text.
      expect(answerText(result).data).toEqual(result.structuredContent);
      return result.structuredContent as T;
    };

    const names = await client.tools();
    expect(names).toEqual(
      expect.arrayContaining(['list_accounts', 'describe_log_groups', 'get_active_alarms', 'get_metric_data']),
    );
    const { accounts } = await call<{ accounts: object[] }>('list_accounts', {});
    expect(accounts).toMatchObject([{ alias, role_arn: `arn:aws:iam::${account}:role/CloudWatchReader` }]);

    const { log_group_metadata: groups } = await call<{ log_group_metadata: { logGroupName: string }[] }>(
      'describe_log_groups',
      {},
    );
    expect(groups.map(({ logGroupName }) => logGroupName)).toContain(group);

    const { metric_alarms: alarms } = await call<{ metric_alarms: Alarm[] }>('get_active_alarms', {});
    const on = alarms.find(({ alarm_name }) => alarm_name === alarm);
    expect(on).toBeDefined();

    const metric_stat = {
      namespace: on?.namespace,
      metric_name: on?.metric_name,
      dimensions: on?.dimensions.map(({ Name, Value }) => ({ name: Name, value: Value })),
      statistic: 'Average',
    };
    const { metricDataResults: series } = await call<{ metricDataResults: { datapoints: object[] }[] }>(
      'get_metric_data',
      { queries: [{ id: 'm1', metric_stat }], start_time: 'now-6h' },
    );
    expect(series[0]?.datapoints.length).toBeGreaterThan(0);
  });
});

describe('the bridge with an API key', () => {
  it("calls with the key's role, which may less [E2]", async () => {
    const client = await connectStdioV1(bridge(demo.apiKey), { home });
    onTestFinished(() => client.close());
    const { structuredContent } = await client.call('list_accounts', {});
    expect(structuredContent).toMatchObject({
      accounts: [{ role_arn: 'arn:aws:iam::111111111111:role/CloudWatchLimited' }],
    });
    const denied = await client.call('get_active_alarms', {});
    expect(denied.isError).toBe(true);
    expect(denied.content[0]?.text).toMatch(/^\[aws_access_denied\] /);
  });
});

describe('MCP Inspector', () => {
  it.each(['legacy', 'auto', 'modern'])(
    'finds no schema on the %s era that a provider of models refuses [C2]',
    async (era) => {
      const { code, stderr } = await inspect(
        home,
        [demo.endpoint, '--transport', 'http', '--protocol-era', era, '--method', 'tools/list', '--strict'],
        ['--header', `Authorization: Bearer ${demo.apiKey}`],
      );
      expect(stderr.match(/^Error: .*\n.*\n.*$/gm) ?? []).toEqual([]);
      expect({ code, said: stderr.slice(-300) }).toMatchObject({ code: 0 });
    },
  );

  it('answers the commands of docs/clients.md as they stand there [E2]', async () => {
    const { fences } = readMarkdown('docs/clients.md');
    const commands = fences.find(({ text }) => text.startsWith('npx -y @modelcontextprotocol/inspector'))?.text ?? '';
    const typed = commands.replaceAll(EXAMPLE_ENDPOINT, demo.endpoint);
    const { code, stdout, stderr } = await inspectAsTyped(home, typed, demo.apiKey);
    expect({ code, said: stderr.slice(-300) }).toMatchObject({ code: 0 });
    expect(stdout).toContain('"name": "get_active_alarms"');
    expect(stdout).toContain('role/CloudWatchLimited');
  });

  it('is told by a server that wants a credential that it needs one [E2]', async () => {
    const { code, stdout, stderr } = await inspect(
      home,
      ['--stored-auth-only'],
      [demo.endpoint, '--transport', 'http', '--method', 'tools/list'],
    );
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain('"code":"auth_required"');
  });
});
