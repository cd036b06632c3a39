import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { assume, clients } from '../aws-emulator/emulator-fixture.js';
import { SERVER_ROLE_ARN } from '../aws-emulator/identities.js';
import { createRole, localProfile, type Role } from '../aws-emulator/roles.js';
import type { OneQuery, Range } from './documented-batch.js';

const ACCOUNT = '111111111111';
const POLL_MS = 100;

/** One query as the documented tool starts it: groups by name, no limit of its own, stopped when its time is over. */
export interface DocumentedQuery {
  readonly region: string;
  readonly logGroupNames: readonly string[];
  readonly queryString: string;
  readonly limit?: number;
  readonly timeoutSeconds: number;
}

/** May write logs; the emulator needs to be started with it. */
export function writerRole(): Role {
  const permissions = [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] as const;
  const actions = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
  return createRole(ACCOUNT, 'CloudWatchBenchWriter', permissions, () => [
    { Effect: 'Allow', Principal: { AWS: SERVER_ROLE_ARN }, Action: actions },
  ]);
}

/** The emulated AWS as a plain SDK client sees it. */
export class BatchAws {
  constructor(private readonly endpoint: string) {}

  /** Runs one query to its end, to its time-out, or to AWS's refusal, which counts as a query without rows. */
  run(query: DocumentedQuery): (range: Range) => Promise<OneQuery> {
    const client = this.client(query.region);
    const { logGroupNames, queryString, limit, timeoutSeconds } = query;
    return async ({ start, end }) => {
      const input = { logGroupNames: [...logGroupNames], queryString, limit, startTime: start, endTime: end };
      const started = await client.send(new StartQueryCommand(input)).catch(() => undefined);
      const queryId = started?.queryId;
      if (queryId === undefined) return { rows: [], recordsMatched: 0, bytesScanned: 0, timedOut: false };
      const deadline = performance.now() + timeoutSeconds * 1_000;
      for (;;) {
        const { status, statistics, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
        const running = status === 'Running' || status === 'Scheduled';
        const timedOut = running && performance.now() > deadline;
        if (running && !timedOut) {
          await sleep(POLL_MS);
          continue;
        }
        if (timedOut) await client.send(new StopQueryCommand({ queryId }));
        return {
          rows: timedOut ? [] : results.map((row) => JSON.stringify(row)),
          recordsMatched: statistics?.recordsMatched ?? 0,
          bytesScanned: statistics?.bytesScanned ?? 0,
          timedOut,
        };
      }
    };
  }

  /** A log group with these events, each at the begin of the second. */
  async write(logGroupName: string, second: number, messages: readonly string[]): Promise<void> {
    const { logs: client } = clients(this.endpoint, await assume(this.endpoint, { RoleArn: writerRole().arn }));
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'bench' }));
    const logEvents = messages.map((message) => ({ timestamp: second * 1_000, message }));
    await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'bench', logEvents }));
  }

  private client(region: string): CloudWatchLogsClient {
    const { accessKeyId, secretAccessKey } = localProfile(ACCOUNT);
    const credentials = { accessKeyId, secretAccessKey };
    return new CloudWatchLogsClient({ endpoint: this.endpoint, region, credentials });
  }
}
