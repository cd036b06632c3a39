import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { declaredTools } from '../../src/generate/generated-files.factory.js';
import { type McpClient, v1Client, v2Client } from '../support/clients.js';
import { PEOPLE } from '../support/people.js';
import { eventually, signersOf } from '../support/stack.js';
import { CLI } from '../support/stdio-process.js';
import { DEV, type LocalUser, PROD, startLocalUser } from './local-user.js';

/** Each test starts a process, on a machine that may be busy. */
const PATIENCE = { timeout: 60_000 };

let user: LocalUser;
let client: McpClient;
/** What a client cannot make sense of on standard output. */
const faults: Error[] = [];

beforeAll(async () => {
  user = await startLocalUser();
});
beforeEach(() => user.aws.calls.clear());
afterAll(() => user.close());

type ConnectStdio = (env: Record<string, string>) => Promise<McpClient>;

const server = (env: Record<string, string>) => ({
  command: process.execPath,
  args: [CLI, 'stdio'],
  env,
  stderr: 'ignore' as const,
});
const fault = (error: Error): void => void faults.push(error);

const CLIENTS: readonly (readonly [string, ConnectStdio])[] = [
  ['SDK 1.x', (env) => v1Client(new V1Transport(server(env)), fault)],
  ['SDK 2.x on 2026-07-28', (env) => v2Client({ pin: '2026-07-28' }, new ModernTransport(server(env)), fault)],
  ['SDK 2.x on the older era', (env) => v2Client('legacy', new ModernTransport(server(env)), fault)],
];

const [shop] = PEOPLE;
const HOUR = { start_time: 'now-1h', end_time: 'now' };
const QUERY = { log_group_names: [shop?.group], ...HOUR, query_string: 'fields @message | limit 1' };

/** One tool of each family. */
const FAMILIES: readonly (readonly [family: string, tool: string, args: object])[] = [
  ['logs', 'execute_log_insights_query', QUERY],
  ['log-indexes', 'recommend_indexes_loggroup', { log_group_identifier: shop?.group }],
  ['metrics', 'get_metric_data', { ...shop?.metric, ...HOUR }],
  ['promql', 'execute_promql_query', { query: `{__name__="${shop?.metric.metric_name}"}` }],
  ['alarms', 'get_active_alarms', {}],
  ['accounts', 'list_accounts', {}],
];

describe.each(CLIENTS)('%s over stdio', PATIENCE, (_name, connect) => {
  beforeAll(async () => {
    client = await connect(user.env());
  }, PATIENCE.timeout);
  afterEach(() => expect(faults.splice(0)).toEqual([]));
  afterAll(() => client.close());

  it('lists the same tools, prompts and resources as every other client sees [C7]', async () => {
    const names = (await client.tools()).map(({ name }) => name);
    expect(names.sort()).toEqual((await declaredTools()).map(({ name }) => name).sort());
    expect((await client.prompts()).map(({ name }) => name)).toContain('investigate_alarm');
    expect((await client.templates()).length).toBeGreaterThan(3);
    expect(await client.read('cloudwatch://dev/us-east-1/alarms/payments-errors')).toContain('payments-errors');
    expect(client.instructions).toContain('get_active_alarms');
  });

  it.each(FAMILIES)(
    'calls a tool of the family %s with the rights of AWS_PROFILE [C7] [B5]',
    async (family, tool, args) => {
      const { isError, structuredContent, content } = await client.call(tool, args);
      expect(isError, JSON.stringify(content)).not.toBe(true);
      expect(structuredContent).toEqual(expect.any(Object));
      const signers = new Set(user.aws.calls.all().map(({ principalArn, verified }) => `${principalArn} ${verified}`));
      expect([...signers]).toEqual(family === 'accounts' ? [] : [`${DEV} true`]);
    },
  );

  it('uses another profile of the machine where a call names it [B5]', async () => {
    await client.call('get_active_alarms', { profile_name: 'prod' });
    expect(signersOf(user.aws, 'DescribeAlarms')).toEqual([PROD]);
  });

  it('is told how far a slow query is [C7]', async () => {
    const told: (string | undefined)[] = [];
    const args = { ...QUERY, query_string: `${QUERY.query_string} # takes 2s` };
    const { structuredContent } = await client.call('execute_log_insights_query', args, {
      onprogress: ({ message }) => told.push(message),
    });
    expect(structuredContent).toMatchObject({ status: 'Complete' });
    expect(told[0]).toMatch(/log events scanned/);
  });

  it('stops the query in AWS when it cancels the call, with the same rights [C7]', async () => {
    const abort = new AbortController();
    const args = { ...QUERY, query_string: `${QUERY.query_string} # takes 60s`, max_timeout: 60 };
    const call = client.call('execute_log_insights_query', args, { signal: abort.signal });
    call.catch(() => undefined);
    await eventually(() => expect(user.aws.calls.of('GetQueryResults').length).toBeGreaterThan(0), 10_000);
    abort.abort();
    await expect(call).rejects.toThrow();
    await eventually(() => expect(user.aws.calls.of('StopQuery')).toHaveLength(1), 10_000);
    expect(signersOf(user.aws, 'StopQuery')).toEqual([DEV]);
    expect((await client.tools()).length).toBeGreaterThan(0);
  });
});
