import { CloudWatchClient, type DashboardEntry, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, partFields, partOf } from '../../cloudwatch/answer-part.js';
import { consoleLink } from '../../cloudwatch/console-link.js';
import { isoTime } from '../../cloudwatch/iso-time.js';
import { cursorInput } from '../../cloudwatch/page-cursor.js';
import { accountInput } from '../../cloudwatch/target-input.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { dashboardName } from './dashboard-name.js';

const DEFAULT_MAX_ITEMS = 100;

export const listDashboards = defineTool({
  name: 'list_dashboards',
  title: 'List dashboards',
  description: 'Lists CloudWatch dashboards.',
  input: z.strictObject({
    name_prefix: dashboardName.nullish(),
    max_items: wholeNumber(1, 1_000).nullish().describe('Default 100.'),
    cursor: cursorInput,
    ...accountInput,
  }),
  output: z.object({
    dashboards: z.array(
      z.object({
        name: z.string(),
        arn: z.string(),
        last_modified: z.string().nullable().describe('ISO 8601.'),
        size: z.number().nullable().describe('Bytes.'),
        console_url: z.string(),
      }),
    ),
    ...partFields,
  }),
  toolset: 'metrics',
  iamActions: ['cloudwatch:ListDashboards'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(listDashboards)
export class ListDashboardsTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof listDashboards.input>,
    call: ToolCall,
  ): Promise<z.input<typeof listDashboards.output>> {
    const { region } = await this.credentials.owner(input);
    const client = await this.credentials.client(CloudWatchClient, input);
    const prefix = input.name_prefix ?? undefined;
    const part = await collectPart(
      {
        fetch: (NextToken) =>
          client.send(new ListDashboardsCommand({ DashboardNamePrefix: prefix, NextToken }), {
            abortSignal: call.signal,
          }),
        tokenOf: ({ NextToken }) => NextToken,
        itemsOf: ({ DashboardEntries: entries = [] }) => entries.map((entry) => toDashboard(entry, region)),
      },
      {
        cursor: input.cursor,
        limit: input.max_items ?? DEFAULT_MAX_ITEMS,
        budgetBytes: this.config.tools.resultBudgetBytes,
      },
    );
    return { dashboards: [...part.items], ...partOf(part, { fromStart: input.cursor == null }) };
  }
}

function toDashboard({ DashboardName: name = '', DashboardArn, LastModified, Size }: DashboardEntry, region: string) {
  return {
    name,
    arn: DashboardArn ?? '',
    last_modified: LastModified === undefined ? null : isoTime(LastModified),
    size: Size ?? null,
    console_url: consoleLink(region, { kind: 'dashboard', name }),
  };
}
