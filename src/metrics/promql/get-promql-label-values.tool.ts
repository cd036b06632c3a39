import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../cloudwatch/clock.service.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY } from '../../mcp/tool.js';
import { promqlData } from './promql-answer.js';
import { askPromql, PROMQL_APIS } from './promql-api.client.js';
import { promqlAnswerFields, promqlFields } from './promql-fields.js';
import { labelValuesPath } from './promql-path.js';
import { promqlRange, rangeParameters } from './promql-time.js';

export const getPromqlLabelValues = defineTool({
  name: 'get_promql_label_values',
  title: 'List values of a PromQL label',
  description: 'Lists the values of one label; __name__ gives the names of metrics.',
  input: z.strictObject({
    label_name: z
      .string()
      .regex(/^(?!\.+$)[^\p{C}\p{Z}]{1,512}$/u, 'must be the name of a label, e.g. __name__ or @resource.service.name')
      .describe('E.g. __name__ or @resource.service.name.'),
    match: promqlFields.selectors.nullish().describe('Selectors of the series to look at.'),
    start: promqlFields.rangeStart,
    end: promqlFields.rangeEnd,
    ...promqlFields.target,
  }),
  output: z.object({ values: z.array(z.string()), ...promqlAnswerFields }),
  toolset: 'promql',
  iamActions: PROMQL_APIS.labels.iamActions,
  annotations: READ_ONLY,
  slow: true,
});

@ProvidesTool(getPromqlLabelValues)
export class GetPromqlLabelValuesTool {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getPromqlLabelValues.input>,
  ): Promise<z.input<typeof getPromqlLabelValues.output>> {
    const range = promqlRange(input, this.clock.now());
    const caller = { credentials: this.credentials, budgetBytes: this.config.tools.resultBudgetBytes, input };
    const { items, fields } = await askPromql(caller, {
      api: PROMQL_APIS.labels,
      path: labelValuesPath(input.label_name),
      field: 'match',
      expressions: input.match ?? [],
      range,
      parameters: rangeParameters(range),
      data: promqlData.labels,
      itemsOf: (values) => values.toSorted(),
    });
    return { values: items, ...fields };
  }
}
