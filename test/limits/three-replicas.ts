import { randomBytes } from 'node:crypto';
import { loadAppConfig } from '../../src/config/app-config.js';
import { type RunningApp, startApp } from '../../src/start-app.js';
import { RedisService, type RedisState } from '../../src/security-monitoring/redis/redis.service.js';
import { startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { EXTERNAL_ID } from '../../src/demo/aws-emulator/roles.js';
import { LIMITED_ROLE, LogLines } from '../support/stack.js';

/** Three replicas of the whole service that share what the settings say, called with API keys. */
export interface Replicas {
  readonly apps: readonly RunningApp[];
  readonly log: LogLines;
  /** One request of a key's holder to a replica. */
  call(replica: number, key: string): Promise<Answer>;
  states(): RedisState[];
  /** What a replica's metrics say of a series without labels. */
  metric(replica: number, name: string): Promise<number>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly milliseconds: number;
  readonly headers: Headers;
}

/** `count` API keys; each is a caller of its own. */
export function apiKeys(count: number): readonly string[] {
  return Array.from({ length: count }, () => randomBytes(32).toString('hex'));
}

const LIST_TOOLS = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

export async function startReplicas(keys: readonly string[], env: Readonly<Record<string, string>>): Promise<Replicas> {
  const aws = await startAwsEmulator({});
  const log = new LogLines();
  const secret = randomBytes(48).toString('base64');
  const start = (): Promise<RunningApp> =>
    startApp(
      loadAppConfig({
        CLOUDWATCH_MCP_PORT: '0',
        CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
        METRICS_PORT: '0',
        API_KEYS: keys.join(','),
        AWS_ENDPOINT_URL: aws.url,
        INSECURE_ALLOW_AWS_ENDPOINT: 'true',
        AWS_CLOUDWATCH_ROLE_ARN: LIMITED_ROLE,
        AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
        STATE_SECRET: secret,
        EXPECTED_REPLICAS: '3',
        ...env,
      }),
      { logDestination: log },
    );
  const apps = [await start(), await start(), await start()];
  return {
    apps,
    log,
    call: async (replica, key) => {
      const begun = performance.now();
      const { status, headers, body } = await fetch(`${apps[replica % 3]?.url}/mcp`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: LIST_TOOLS,
      });
      await body?.cancel();
      return { status, headers, milliseconds: performance.now() - begun };
    },
    states: () => apps.map(({ app }) => app.get(RedisService, { strict: false }).state()),
    metric: async (replica, name) => {
      const text = await (await fetch(apps[replica]?.metricsUrl ?? '')).text();
      return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
    },
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await aws.close();
    },
  };
}

/** How many answers had each status. */
export function statuses(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** One more than the limit may pass: a replica that waits in vain for one answer of Redis decides by its share. */
export function isLimit(limit: number): (admitted: number) => boolean {
  return (admitted) => admitted === limit || admitted === limit + 1;
}

/** The time within which 99 of 100 answers came. */
export function p99(answers: readonly Answer[]): number {
  const times = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? 0;
}
