import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { loadAppConfig } from '../../config/app-config.js';
import { startApp } from '../../start-app.js';
import { type AwsEmulator, startAwsEmulator } from '../aws-emulator/emulator.js';
import { EXTERNAL_ID } from '../aws-emulator/roles.js';
import { useEmulatedIdentity } from '../demo-stack.js';
import { plainHttpCaller, type ToolCaller } from '../mcp-caller.js';
import { BatchAws, type DocumentedQuery, writerRole } from './batch-aws.js';
import { type BatchTotals, documentedBatch, documentedWait, type Range } from './documented-batch.js';

// Prints what the worst cases of the batch tool cost: its documented rule played against the emulator, and this server.

const ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const HOUR = 3_600;
const BUSY = '/shop/web';
const BUSY_HOURS = Number(process.env['BENCH_BUSY_HOURS'] ?? 168);

/** One side of a line of the table. */
interface Side {
  readonly queries: number;
  readonly bytesScanned: number;
  readonly outcome: string;
}

interface Answer {
  readonly results: readonly Readonly<Record<string, string>>[];
  readonly cost: { readonly bytes_scanned: number } | null;
}

useEmulatedIdentity();
const keys = { alice: randomBytes(32).toString('hex'), bob: randomBytes(32).toString('hex') };
const aws = await startAwsEmulator({ roles: [writerRole()] });
const documented = new BatchAws(aws.url);
const app = await startApp(
  loadAppConfig({
    API_KEYS: Object.values(keys).join(','),
    AWS_CLOUDWATCH_ROLE_ARN: ROLE,
    AWS_ALLOWED_ROLE_ARNS: ROLE,
    AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
    AWS_ENDPOINT_URL: aws.url,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
    AWS_CALL_RATE: '1000',
    CLOUDWATCH_MCP_PORT: '0',
    CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
    METRICS_PORT: '0',
  }),
  { logDestination: new Writable({ write: (_line, _encoding, done) => done() }) },
);
const alice = plainHttpCaller(`${app.url}/mcp`, keys.alice);
const bob = plainHttpCaller(`${app.url}/mcp`, keys.bob);

const now = Math.floor(Date.now() / 1_000) - 60;
const last = (hours: number): Range => ({ start: now - hours * HOUR, end: now });
const usual = { region: 'us-east-1', logGroupNames: [BUSY], timeoutSeconds: 120 };

async function theirs(query: Partial<DocumentedQuery> & { readonly queryString: string }, range: Range) {
  return documentedBatch(documented.run({ ...usual, ...query }), range);
}

/** A batch of ours, with the queries the emulator saw start. */
async function ours(query: string, range: Range, args: object = {}, caller: ToolCaller = alice) {
  const before = startedIn(aws);
  const answer = await caller.callTool('execute_cwl_insights_batch', {
    log_group_names: [BUSY],
    regions: ['us-east-1'],
    start_time: new Date(range.start * 1_000).toISOString(),
    end_time: new Date(range.end * 1_000).toISOString(),
    query_string: query,
    ...args,
  });
  if (!answer.ok) throw new Error(answer.error);
  const { results, cost } = answer.output as unknown as Answer;
  return { queries: startedIn(aws) - before, bytesScanned: cost?.bytes_scanned ?? 0, results };
}

function startedIn({ calls }: AwsEmulator): number {
  return calls.of('StartQuery').length;
}

async function arns(): Promise<Line> {
  const range = last(1);
  const arn = `arn:aws:logs:eu-west-1:111111111111:log-group:${BUSY}`;
  const queryString = 'fields @timestamp, @message | limit 20';
  const refused = await theirs({ queryString, region: 'eu-west-1', logGroupNames: [arn] }, range);
  const answered = await ours(queryString, range, { log_group_names: [arn], regions: ['eu-west-1'] });
  return ['(a) log groups by ARN', side(refused, 'refused'), side(answered, `${answered.results.length} rows`)];
}

async function busy(name: string, queryString: string): Promise<Line> {
  const range = last(BUSY_HOURS);
  const split = await theirs({ queryString }, range);
  const answered = await ours(queryString, range);
  return [
    `(b) ${name}`,
    side(split, `${split.rows.length} rows of 16 parts`),
    side(answered, `${answered.results.length} rows`),
  ];
}

/** Events on the very second at which a range is halved, of a query that outlives its time. */
async function splitSecond(): Promise<Line> {
  const group = '/bench/split-second';
  const range = { start: now - 64 * 60, end: now };
  const messages = Array.from({ length: 10 }, (_, index) => `event ${index}`);
  await documented.write(group, now - 32 * 60, messages);
  const queryString = 'fields @timestamp, @message # takes 3s per hour';
  const names = [BUSY, group];
  const split = await theirs({ queryString, logGroupNames: names, timeoutSeconds: 2 }, range);
  const answered = await ours(queryString, range, { log_group_names: names, max_timeout: 2, limit: 10_000 });
  const twice = answered.results.length - new Set(answered.results.map((row) => row['@ptr'])).size;
  return [
    '(c) events on the split second',
    side(split, `${split.rows.length - new Set(split.rows).size} twice`),
    side(answered, `${twice} twice`),
  ];
}

async function limitAndOrder(): Promise<Line> {
  const range = last(1);
  const regions = ['us-east-1', 'eu-west-1', 'us-west-2'];
  const queryString = 'fields @timestamp, @message';
  const parts = await Promise.all(regions.map((region) => theirs({ queryString, region, limit: 100 }, range)));
  const answered = await ours(queryString, range, { regions, limit: 100 });
  const times = answered.results.map((row) => row['@timestamp'] ?? '');
  const ordered = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? ''));
  return [
    '(d) limit 100 over 3 Regions',
    side(sum(parts), `${sum(parts).rows.length} rows, unordered`),
    side(answered, `${answered.results.length} rows, ${ordered ? 'ordered' : 'unordered'}`),
  ];
}

async function size(): Promise<Line> {
  const range = last(12);
  const queryString = 'fields @timestamp, @message';
  const whole = await theirs({ queryString }, range);
  const answered = await ours(queryString, range);
  return [
    '(e) all lines of 12 hours',
    side(whole, `${kilobytes(whole.rows.join().length)} in the answer`),
    side(answered, `${kilobytes(JSON.stringify(answered.results).length)} in the answer`),
  ];
}

/** Bob asks one quick thing while Alice's batch of 20 queries of two seconds runs. */
async function twoUsers(): Promise<Line> {
  const range = { start: now - 600, end: now };
  const quick = 'fields @timestamp | limit 1';
  const regions = REGIONS.slice(0, 20);
  const batch = ours('fields @timestamp | limit 1 # takes 2s', range, { regions });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const asked = performance.now();
  await ours(quick, range, {}, bob);
  const seconds = (performance.now() - asked) / 1_000;
  const { queries, bytesScanned } = await batch;
  const wait = documentedWait(20, 2);
  return [
    "(f) behind another user's 20 queries",
    { queries: 21, bytesScanned, outcome: `starts after ${wait.toFixed(1)} s` },
    { queries, bytesScanned, outcome: `answered in ${seconds.toFixed(1)} s` },
  ];
}

const REGIONS =
  'us-east-1 us-east-2 us-west-1 us-west-2 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-northeast-1 ap-northeast-2 ap-northeast-3'.split(
    ' ',
  );

/** Rows are split where that can help: the most that can come of it. */
async function neverEnding(): Promise<Line> {
  const range = last(4);
  const queryString = 'fields @timestamp # takes 5s';
  const split = await theirs({ queryString, timeoutSeconds: 1 }, range);
  const answered = await ours(queryString, range, { max_timeout: 1 });
  return [
    'rows, no part ends in its time',
    side(split, 'partial rows'),
    side(answered, answered.results.length > 0 ? 'rows' : 'says what to narrow'),
  ];
}

async function neverEndingStats(): Promise<Line> {
  const range = last(4);
  const queryString = 'stats count(*) by bin(5m) # takes 5s';
  const split = await theirs({ queryString, timeoutSeconds: 1 }, range);
  const answered = await ours(queryString, range, { max_timeout: 1 });
  return [
    'stats, no part ends in its time',
    side(split, 'unmerged parts'),
    side(answered, answered.results.length > 0 ? 'rows' : 'says what to narrow'),
  ];
}

type Line = readonly [name: string, theirs: Side, ours: Side];

function side({ queries, bytesScanned }: Pick<Side, 'queries' | 'bytesScanned'>, outcome: string): Side {
  return { queries, bytesScanned, outcome };
}

function sum(parts: readonly BatchTotals[]): BatchTotals {
  return {
    queries: parts.reduce((total, { queries }) => total + queries, 0),
    bytesScanned: parts.reduce((total, { bytesScanned }) => total + bytesScanned, 0),
    rows: parts.flatMap(({ rows }) => rows),
  };
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000).toLocaleString('en')} KB`;
}

function cells({ queries, bytesScanned, outcome }: Side): string {
  return `${String(queries).padStart(8)}${(bytesScanned / 1_000_000).toFixed(2).padStart(10)}  ${outcome.padEnd(26)}`;
}

const lines: Line[] = [
  await arns(),
  await busy(`stats over ${BUSY_HOURS} busy hours`, 'stats count(*) as lines by bin(1d)'),
  await busy('limit 20 over the same', 'fields @timestamp, @message | limit 20'),
  await splitSecond(),
  await limitAndOrder(),
  await size(),
  await twoUsers(),
  await neverEndingStats(),
  await neverEnding(),
];
const head = ' queries   MB read  what the caller gets';
process.stdout.write(
  [
    'Worst cases of execute_cwl_insights_batch: the documented rule of the reference tool, and this server',
    `${''.padEnd(38)}${head.padEnd(46)}${head}`,
    ...lines.map(([name, left, right]) => `${name.padEnd(38)}${cells(left)}${cells(right)}`.trimEnd()),
    '',
  ].join('\n'),
);
await app.close();
await aws.close();
