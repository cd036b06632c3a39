import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY } from '../../mcp/tool.js';
import { promqlData, promqlItem } from './promql-answer.js';
import { askPromql, PROMQL_APIS } from './promql-api.client.js';
import { promqlAnswerFields, promqlFields } from './promql-fields.js';
import { epochSeconds, promqlTime } from './promql-time.js';

export const executePromqlQuery = defineTool({
  name: 'execute_promql_query',
  title: 'Run a PromQL query',
  description:
    'Evaluates PromQL over OpenTelemetry and enriched AWS metrics at one time. Labels: "@resource.X", "@instrumentation.X", "@datapoint.X" or bare, "@aws.tag.X".',
  input: z.strictObject({
    query: promqlFields.query,
    time: promqlFields.time.nullish().describe('RFC 3339, epoch seconds or now-1h; default: now.'),
    ...promqlFields.target,
  }),
  output: z.object({ resultType: z.string(), result: z.array(promqlItem), ...promqlAnswerFields }),
  toolset: 'promql',
  iamActions: PROMQL_APIS.query.iamActions,
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(executePromqlQuery)
export class ExecutePromqlQueryTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: z.output<typeof executePromqlQuery.input>): Promise<z.input<typeof executePromqlQuery.output>> {
    const now = this.clock.now();
    const time = input.time == null ? now : promqlTime('time', input.time, now);
    const caller = { credentials: this.credentials, budgetBytes: this.config.tools.resultBudgetBytes, input };
    const { items, data, fields } = await askPromql(caller, {
      api: PROMQL_APIS.query,
      field: 'query',
      expressions: [input.query],
      range: { start: time, end: time },
      parameters: [['time', epochSeconds(time)]],
      data: promqlData.query,
      itemsOf: ({ result }) => result,
    });
    return { resultType: data.resultType, result: items, ...fields };
  }
}
