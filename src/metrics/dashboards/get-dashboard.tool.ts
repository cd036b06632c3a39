import { CloudWatchClient, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { collectPart, partFields, partOf } from '../../cloudwatch/answer-part.js';
import { consoleLink } from '../../cloudwatch/console-link.js';
import { cursorInput } from '../../cloudwatch/page-cursor.js';
import { accountInput } from '../../cloudwatch/target-input.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { ServiceError } from '../../errors.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { dashboardName } from './dashboard-name.js';
import { dashboardWidget, readWidgets } from './dashboard-widgets.js';

const MAX_WIDGETS = 500;

export const getDashboard = defineTool({
  name: 'get_dashboard',
  title: 'Get a dashboard',
  description: 'Reads a dashboard: its metrics, log queries, alarms and texts, widget by widget.',
  input: z.strictObject({ name: dashboardName, cursor: cursorInput, ...accountInput }),
  output: z.object({
    name: z.string(),
    arn: z.string(),
    console_url: z.string(),
    widgets: z.array(dashboardWidget).describe('In their order.'),
    ...partFields,
  }),
  toolset: 'metrics',
  iamActions: ['cloudwatch:GetDashboard'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getDashboard)
export class GetDashboardTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getDashboard.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getDashboard.output>> {
    const { name } = input;
    const { region } = await this.credentials.owner(input);
    const client = await this.credentials.client(CloudWatchClient, input);
    const found = await client.send(new GetDashboardCommand({ DashboardName: name }), { abortSignal: call.signal });
    const widgets = readWidgets(found.DashboardBody ?? '{}');
    if (widgets === undefined)
      throw new ServiceError('aws_unavailable', 'CloudWatch sent a dashboard that is no JSON.');
    const part = await collectPart(
      { fetch: async () => widgets, tokenOf: () => undefined, itemsOf: (all) => all },
      { cursor: input.cursor, limit: MAX_WIDGETS, budgetBytes: this.config.tools.resultBudgetBytes },
    );
    return {
      name,
      arn: found.DashboardArn ?? '',
      console_url: consoleLink(region, { kind: 'dashboard', name }),
      widgets: [...part.items],
      ...partOf(part, { fromStart: false, total: widgets.length }),
    };
  }
}
