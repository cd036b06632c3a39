import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { collect } from '../cloudwatch/pages.js';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { targetInput } from '../cloudwatch/target-input.js';
import { wholeNumber } from '../cloudwatch/whole-number.js';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../mcp/tool.js';
import { compositeAlarmSummary, metricAlarmSummary, toSummaries } from './alarm-summary.js';

const DEFAULT_MAX_ITEMS = 50;
const PAGE_SIZE = 100;

export const getActiveAlarms = defineTool({
  name: 'get_active_alarms',
  title: 'Get active alarms',
  description:
    'Lists the CloudWatch metric and composite alarms that are in ALARM now, with the reason. Use get_alarm_history for what happened before and for the time range to investigate.',
  input: z.strictObject({
    max_items: wholeNumber(1, 1_000).nullish().describe('At most so many alarms. Default 50.'),
    ...targetInput,
  }),
  output: z.object({
    metric_alarms: z.array(metricAlarmSummary).describe('Metric alarms in ALARM.'),
    composite_alarms: z.array(compositeAlarmSummary).describe('Composite alarms in ALARM.'),
    has_more_results: z.boolean().describe('True when more alarms are active than returned.'),
    message: z.string().nullable().describe('Says when there are none, or more.'),
  }),
  toolset: 'alarms',
  iamActions: ['cloudwatch:DescribeAlarms'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getActiveAlarms)
export class GetActiveAlarmsTool {
  constructor(private readonly credentials: CredentialsService) {}

  async execute(
    input: z.output<typeof getActiveAlarms.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getActiveAlarms.output>> {
    const client = await this.credentials.client(CloudWatchClient, input);
    const listing = paginateDescribeAlarms(
      { client, pageSize: PAGE_SIZE },
      { StateValue: 'ALARM', AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] },
      { abortSignal: call.signal },
    );
    const { items, truncated } = withinBudget(
      await collect(listing, toSummaries, input.max_items ?? DEFAULT_MAX_ITEMS),
    );
    return {
      metric_alarms: items.filter((alarm) => alarm.alarm_type === 'MetricAlarm'),
      composite_alarms: items.filter((alarm) => alarm.alarm_type === 'CompositeAlarm'),
      has_more_results: truncated,
      message: messageFor(items.length, truncated),
    };
  }
}

function messageFor(count: number, more: boolean): string | null {
  if (more) return `Showing ${count} alarms (more available)`;
  return count === 0 ? 'No active alarms found' : null;
}
