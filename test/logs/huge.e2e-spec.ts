import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
  DescribeLogGroupsCommandInput,
  GetQueryResultsCommandInput,
  StartQueryCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationTable } from '../../src/demo/aws-emulator/operation.js';
import { type AwsEmulator, runEmulator } from '../../src/demo/aws-emulator/running-emulator.js';
import { ALICE_ROLE, EXTERNAL_ID } from '../support/stack.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const packageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
/** `npm run test:huge` walks all that a query can have. */
const ROWS = Number(process.env.HUGE_ROWS ?? 25_000);
const GROUPS = 10_000;
/** The default of RESULT_BUDGET_BYTES. */
const BUDGET_BYTES = 100_000;
/** As `npm start` runs it. */
const [, ...START] = packageJson.scripts.start.split(' ');
const MEGABYTE = 1_000_000;
const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:';

const row = (index: number): { field: string; value: string }[] => [
  { field: '@timestamp', value: '2026-11-21 12:00:00.000' },
  { field: '@message', value: `{"level":"INFO","order":${index},"message":"${'order placed and paid '.repeat(5)}"}` },
  { field: '@ptr', value: `record-${index}` },
];
const group = (index: number): object => {
  const logGroupName = `/huge/${String(index).padStart(5, '0')}`;
  return { logGroupName, logGroupArn: `${ARN}${logGroupName}`, creationTime: 0, storedBytes: index };
};
const page = <T>(all: number, size: number, token: string | undefined, item: (index: number) => T) => {
  const from = Number(token ?? 0);
  const to = Math.min(all, from + size);
  const items = Array.from({ length: to - from }, (_, index) => item(from + index));
  return { items, nextToken: to < all ? String(to) : undefined };
};

const resources = (): readonly string[] => [`${ARN}/huge/00001`];

/** An account with more than fits anywhere; each page is made when it is asked for. */
const logs: OperationTable = {
  StartQuery: { resources, handle: (_input: StartQueryCommandInput) => ({ queryId: 'huge-1' }) },
  StopQuery: { handle: () => ({ success: true }) },
  GetQueryResults: {
    resources,
    handle: ({ nextToken: token, maxItems = 10_000 }: GetQueryResultsCommandInput) => {
      const { items: results, nextToken } = page(ROWS, maxItems, token, row);
      const statistics = { recordsMatched: ROWS, bytesScanned: 5e9, resultCount: ROWS };
      return { queryLanguage: 'CWLI', status: 'Complete', statistics, results, nextToken };
    },
  },
  DescribeLogGroups: {
    handle: ({ nextToken: token, limit = 50 }: DescribeLogGroupsCommandInput) => {
      const { items: logGroups, nextToken } = page(GROUPS, limit, token, group);
      return { logGroups, nextToken };
    },
  },
  DescribeQueryDefinitions: { handle: () => ({ queryDefinitions: [] }) },
};

let aws: AwsEmulator;
let server: ChildProcess;
let endpoint: string;
const apiKey = randomBytes(32).toString('hex');

/** A process of its own: the memory measured is the server's alone. */
beforeAll(async () => {
  if (!existsSync(join(ROOT, 'dist/main.js'))) throw new Error('dist/main.js is missing: npm run build');
  aws = await runEmulator({ logs, monitoring: {} }, { keepCalls: 100 });
  server = spawn(process.execPath, START, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      CLOUDWATCH_MCP_PORT: '0',
      METRICS_PORT: '0',
      API_KEYS: apiKey,
      AWS_ENDPOINT_URL: aws.url,
      INSECURE_ALLOW_AWS_ENDPOINT: 'true',
      AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE,
      AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
      AWS_CALL_RATE: '1000',
      RATE_LIMIT_PER_USER: '100000',
    },
  });
  endpoint = await endpointOf(server);
});
afterAll(async () => {
  server.kill('SIGKILL');
  await aws.close();
});

describe('an account of 10,000 log groups', () => {
  it('is listed to its end, each group once, each answer within the budget and memory level', async () => {
    const memory = memoryOf(server);
    const started = performance.now();
    const names = new Set<string>();
    let cursor: string | null = null;
    let parts = 0;
    do {
      const part: Groups = await call('describe_log_groups', { cursor });
      expect(JSON.stringify(part.log_group_metadata).length).toBeLessThanOrEqual(BUDGET_BYTES + 2);
      expect(part).toMatchObject({ returned: part.log_group_metadata.length, total: null });
      for (const { logGroupName } of part.log_group_metadata) names.add(logGroupName);
      cursor = part.next_cursor;
      parts += 1;
    } while (cursor !== null);
    expect(names.size).toBe(GROUPS);
    report(`${GROUPS} log groups in ${parts} answers`, started, memory.growth());
    expect(memory.growth()).toBeLessThan(100 * MEGABYTE);
  }, 60_000);
});

describe('a result of up to 100,000 rows', () => {
  it('is walked to its end, each row once, each answer within the budget and memory level', async () => {
    const fresh = memoryOf(server);
    const started = performance.now();
    const first = await execute();
    expect(first).toMatchObject({ total: ROWS, truncated: true, cost: { gb_scanned: 5, estimated_usd: 0.025 } });
    report(`the first answer of ${ROWS} rows`, started, fresh.growth());
    expect(fresh.growth()).toBeLessThan(100 * MEGABYTE);
    const seen = new Uint8Array(ROWS);
    let part: Rows = first;
    let parts = 1;
    for (;;) {
      expect(JSON.stringify(part.results).length).toBeLessThanOrEqual(BUDGET_BYTES + 2);
      for (const { '@ptr': pointer = '' } of part.results) seen[Number(pointer.slice('record-'.length))]! += 1;
      if (part.next_cursor === null) break;
      part = await call('get_logs_insight_query_results', { query_id: first.queryId, cursor: part.next_cursor });
      parts += 1;
    }
    expect(seen.every((times) => times === 1)).toBe(true);
    report(`${ROWS} rows in ${parts} answers`, started, fresh.growth());
    expect(fresh.growth()).toBeLessThan(100 * MEGABYTE);
  }, 60_000);
});

interface Rows {
  readonly queryId: string;
  readonly results: readonly Record<string, string>[];
  readonly next_cursor: string | null;
}

interface Groups {
  readonly log_group_metadata: readonly { readonly logGroupName: string }[];
  readonly next_cursor: string | null;
}

function execute(): Promise<Rows> {
  return call('execute_log_insights_query', {
    log_group_names: ['/huge/00001'],
    start_time: 'now-1h',
    end_time: 'now',
    query_string: 'fields @timestamp, @message | limit 100000',
    limit: ROWS,
  });
}

async function call<T>(name: string, args: object): Promise<T> {
  const response = await fetch(`${endpoint}/tools/call`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, arguments: args }),
  });
  const { result, error_description } = (await response.json()) as { result?: T; error_description?: string };
  if (result === undefined) throw new Error(error_description);
  return result;
}

/** What the process has resident, and by how much that grew at most since: as Linux counts it. */
function memoryOf({ pid }: ChildProcess): { growth(): number } {
  const bytes = (name: string): number => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024;
  };
  const before = bytes('VmRSS');
  return { growth: () => bytes('VmHWM') - before };
}

async function endpointOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('no standard output');
  for await (const line of createInterface(stdout)) {
    const { event, url } = JSON.parse(line) as { event?: { name: string }; url?: string };
    if (event?.name !== 'server.started' || url === undefined) continue;
    stdout.resume();
    return `${new URL(url).origin}/mcp`;
  }
  throw new Error('the server ended before it started');
}

function report(what: string, started: number, growthBytes: number): void {
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stderr.write(`${what}: ${seconds} s, memory grew by ${Math.round(growthBytes / MEGABYTE)} MB at most\n`);
}
