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

export const getPromqlLabels = defineTool({
  name: 'get_promql_labels',
  title: 'List PromQL labels',
  description: 'Lists the names of labels, of all series or of those that any selector matches.',
  input: z.strictObject({
    match: promqlFields.selectors.nullish().describe('Selectors of the series to look at.'),
    start: promqlFields.rangeStart,
    end: promqlFields.rangeEnd,
    ...promqlFields.target,
  }),
  output: z.object({ labels: z.array(z.string()), ...promqlAnswerFields }),
  toolset: 'promql',
  iamActions: PROMQL_APIS.labels.iamActions,
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(getPromqlLabels)
export class GetPromqlLabelsTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: z.output<typeof getPromqlLabels.input>): Promise<z.input<typeof getPromqlLabels.output>> {
    const range = promqlRange(input, this.clock.now());
    const caller = { credentials: this.credentials, budgetBytes: this.config.tools.resultBudgetBytes, input };
    const { items, fields } = await askPromql(caller, {
      api: PROMQL_APIS.labels,
      field: 'match',
      expressions: input.match ?? [],
      range,
      parameters: rangeParameters(range),
      data: promqlData.labels,
      itemsOf: (labels) => labels.toSorted(),
    });
    return { labels: items, ...fields };
  }
}
