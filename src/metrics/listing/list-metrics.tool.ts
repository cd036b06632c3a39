import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, partFields, partOf } from '../../cloudwatch/answer-part.js';
import { checkAccounts } from '../../cloudwatch/arn.js';
import { cursorInput } from '../../cloudwatch/page-cursor.js';
import { accountInput } from '../../cloudwatch/target-input.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { metricNameText, metricText, namespaceText } from '../metric-fields.js';
import { listedMetric, toListedMetrics } from './listed-metric.js';

const DEFAULT_MAX_ITEMS = 200;

export const listMetrics = defineTool({
  name: 'list_metrics',
  title: 'List metrics',
  description:
    'Lists metrics that reported in the last two weeks, with the dimensions that get_metric_data needs. Filter by namespace.',
  input: z.strictObject({
    namespace: namespaceText.nullish().describe('E.g. AWS/Lambda.'),
    metric_name: metricNameText.nullish(),
    dimensions: z
      .array(z.strictObject({ name: metricText(255), value: metricText(1_024).nullish() }))
      .max(10, 'must be at most 10 dimensions')
      .nullish()
      .describe('Only metrics that have these; value optional.'),
    recently_active: z.boolean().nullish().describe('Only with data in the last 3 hours.'),
    owning_account: z
      .string()
      .regex(/^\d{12}$/, 'must be a 12-digit AWS account id')
      .nullish()
      .describe('Id of a linked account.'),
    max_items: wholeNumber(1, 5_000).nullish().describe('Default 200.'),
    cursor: cursorInput,
    ...accountInput,
  }),
  output: z.object({ metrics: z.array(listedMetric).describe('By namespace and name.'), ...partFields }),
  toolset: 'metrics',
  iamActions: ['cloudwatch:ListMetrics'],
  annotations: READ_ONLY,
  slow: false,
});

type Input = z.output<typeof listMetrics.input>;

@ProvidesTool(listMetrics)
export class ListMetricsTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(input: Input, call: ToolCall): Promise<z.input<typeof listMetrics.output>> {
    const { owning_account: owner } = input;
    if (owner != null) checkAccounts('owning_account', [owner], await this.credentials.owner(input));
    const client = await this.credentials.client(CloudWatchClient, input);
    const part = await collectPart(
      {
        fetch: (token) => client.send(new ListMetricsCommand(toRequest(input, token)), { abortSignal: call.signal }),
        tokenOf: ({ NextToken }) => NextToken,
        itemsOf: toListedMetrics,
      },
      {
        cursor: input.cursor,
        limit: input.max_items ?? DEFAULT_MAX_ITEMS,
        budgetBytes: this.config.tools.resultBudgetBytes,
      },
    );
    return { metrics: [...part.items], ...partOf(part, { fromStart: input.cursor == null }) };
  }
}

function toRequest(input: Input, NextToken: string | undefined) {
  return {
    Namespace: input.namespace ?? undefined,
    MetricName: input.metric_name ?? undefined,
    Dimensions: input.dimensions?.map(({ name, value }) => ({ Name: name, Value: value ?? undefined })),
    RecentlyActive: input.recently_active === true ? ('PT3H' as const) : undefined,
    // SECURITY: one linked account at a time, so that "all linked" never means more than the operator listed.
    ...(input.owning_account != null && { IncludeLinkedAccounts: true, OwningAccount: input.owning_account }),
    NextToken,
  };
}
