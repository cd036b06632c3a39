import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { toUsedRange } from '../cloudwatch/time-range.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type AwsOwner, CredentialsService } from '../credentials/credentials.service.js';
import { defineTask, ProvidesTask, type TaskState, unknownTask } from '../mcp/tasks/task.js';
import type { CallContext } from '../principal.js';
import { executeLogInsightsQuery } from './execute-log-insights-query.tool.js';
import { startQuery, stopQuery } from './insights-query.client.js';
import { sealQueryId } from './query-handle.js';
import { readEndedQuery } from './query-pages.client.js';
import { QueryPreparationService } from './query-preparation.service.js';
import { isRunning, MAX_ROWS, toQueryFields, toQueryResult } from './query-results.js';
import { RunningQueriesService } from './running-queries.service.js';
import { toScanEstimate } from './scan-estimate.js';
import { unknownLogGroup } from './unknown-log-group.js';

export const insightsQueryTask = defineTask({
  tool: executeLogInsightsQuery,
  payload: z.object({
    queryId: z.string(),
    /** As the call named it; null for the caller's default. */
    alias: z.string().nullable(),
    account: z.string(),
    region: z.string(),
    time_range: z.object({ start: z.string(), end: z.string() }),
    estimate: z.union([z.object({ bytes: z.number() }), z.object({ bytes: z.null(), reason: z.string() })]).optional(),
  }),
});

type Input = z.output<typeof executeLogInsightsQuery.input>;
type Payload = z.output<typeof insightsQueryTask.payload>;
type State = TaskState<z.input<typeof executeLogInsightsQuery.output>>;

/** A Logs Insights query that AWS runs while nobody waits: all of the task is in AWS, under the query's id. */
@ProvidesTask(insightsQueryTask)
export class ExecuteLogInsightsQueryTask {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly preparation: QueryPreparationService,
    private readonly running: RunningQueriesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async start(input: Input, { signal }: CallContext): Promise<Payload> {
    const { client, request, field, owner, range, estimate, slot } = await this.preparation.prepare(input, signal);
    const queryId = await startQuery(client, request, { slot, signal }).catch(unknownLogGroup(field));
    const alias = input.account ?? input.profile_name ?? null;
    const { account, region } = owner;
    return { queryId, alias, account, region, time_range: toUsedRange(range), estimate };
  }

  async state(payload: Payload, { signal }: CallContext): Promise<State> {
    const { queryId, time_range, estimate } = payload;
    const { client, owner } = await this.open(payload);
    const rows = { limit: MAX_ROWS, budgetBytes: this.config.tools.resultBudgetBytes };
    const state = await readEndedQuery(client, queryId, rows, signal);
    if (isRunning(state.status)) {
      const scanned = state.statistics?.recordsScanned ?? 0;
      return { status: 'working', message: `${state.status}: ${scanned} log events scanned` };
    }
    this.running.ended(queryId);
    const handle = sealQueryId(this.config.stateSecrets[0], queryId, owner);
    if (state.status === 'Cancelled') {
      return { status: 'cancelled', message: toQueryFields(handle, state).message ?? undefined };
    }
    const output = { ...toQueryResult(handle, state), time_range, scan_estimate: toScanEstimate(estimate) };
    return { status: 'completed', output };
  }

  async cancel(payload: Payload, { signal }: CallContext): Promise<void> {
    const { client } = await this.open(payload);
    await stopQuery(client, payload.queryId, signal);
    this.running.ended(payload.queryId);
  }

  private async open({ alias, account, region }: Payload): Promise<{ client: CloudWatchLogsClient; owner: AwsOwner }> {
    const target = { account: alias, region };
    const owner = await this.credentials.owner(target);
    // SECURITY: a name that has come to mean another account does not lead a query id there.
    if (owner.account !== account) throw unknownTask();
    return { client: await this.credentials.client(CloudWatchLogsClient, target), owner };
  }
}
