import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY } from '../../mcp/tool.js';
import { promqlData } from './promql-answer.js';
import { askPromql, PROMQL_APIS } from './promql-api.client.js';
import { promqlAnswerFields, promqlFields } from './promql-fields.js';
import { promqlRange, rangeParameters } from './promql-time.js';

export const getPromqlSeries = defineTool({
  name: 'get_promql_series',
  title: 'Find PromQL series',
  description: 'Lists the series that any of the selectors matches, with all their labels.',
  input: z.strictObject({
    match: promqlFields.selectors.describe('Selectors with a metric name, e.g. {"http.requests"}.'),
    start: promqlFields.rangeStart,
    end: promqlFields.rangeEnd,
    ...promqlFields.target,
  }),
  output: z.object({ series: z.array(z.record(z.string(), z.string())), ...promqlAnswerFields }),
  toolset: 'promql',
  iamActions: PROMQL_APIS.series.iamActions,
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(getPromqlSeries)
export class GetPromqlSeriesTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: z.output<typeof getPromqlSeries.input>): Promise<z.input<typeof getPromqlSeries.output>> {
    const range = promqlRange(input, this.clock.now());
    const caller = { credentials: this.credentials, budgetBytes: this.config.tools.resultBudgetBytes, input };
    const { items, fields } = await askPromql(caller, {
      api: PROMQL_APIS.series,
      field: 'match',
      expressions: input.match,
      range,
      parameters: rangeParameters(range),
      data: promqlData.series,
      itemsOf: (series) => series,
    });
    return { series: items, ...fields };
  }
}
