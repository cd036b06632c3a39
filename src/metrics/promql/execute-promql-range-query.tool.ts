import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY } from '../../mcp/tool.js';
import { promqlData, promqlItem } from './promql-answer.js';
import { askPromql, PROMQL_APIS } from './promql-api.client.js';
import { promqlAnswerFields, promqlFields } from './promql-fields.js';
import { promqlRange, promqlStep, rangeParameters } from './promql-time.js';

/** What one value weighs in an answer at least, with its time. */
const POINT_BYTES = 20;
/** Prometheus's own limit for a series. */
const MAX_POINTS = 11_000;

export const executePromqlRangeQuery = defineTool({
  name: 'execute_promql_range_query',
  title: 'Run a PromQL range query',
  description: 'Evaluates PromQL at every step of a time range of up to 7 days. See execute_promql_query for labels.',
  input: z.strictObject({
    query: promqlFields.query,
    start: promqlFields.time.describe('RFC 3339, epoch seconds or now-1h.'),
    end: promqlFields.time.describe('As start; e.g. now.'),
    step: z.string().max(32, 'must be a duration').describe('E.g. 60 (seconds), 5m, 1h.'),
    ...promqlFields.target,
  }),
  output: z.object({ resultType: z.string(), result: z.array(promqlItem), ...promqlAnswerFields }),
  toolset: 'promql',
  iamActions: PROMQL_APIS.queryRange.iamActions,
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(executePromqlRangeQuery)
export class ExecutePromqlRangeQueryTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof executePromqlRangeQuery.input>,
  ): Promise<z.input<typeof executePromqlRangeQuery.output>> {
    const { resultBudgetBytes: budgetBytes } = this.config.tools;
    const range = promqlRange(input, this.clock.now());
    const step = promqlStep(input.step, range, Math.min(MAX_POINTS, Math.floor(budgetBytes / POINT_BYTES)));
    const { items, data, fields } = await askPromql(
      { credentials: this.credentials, budgetBytes, input },
      {
        api: PROMQL_APIS.queryRange,
        field: 'query',
        expressions: [input.query],
        range,
        parameters: [...rangeParameters(range), ['step', String(step)]],
        data: promqlData.query,
        itemsOf: ({ result }) => result,
      },
    );
    return { resultType: data.resultType, result: items, ...fields };
  }
}
