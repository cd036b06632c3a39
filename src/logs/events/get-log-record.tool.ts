import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { accountInput, targetOf } from '../../cloudwatch/target-input.js';
import { wholeNumber } from '../../cloudwatch/whole-number.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from '../../mcp/tool.js';
import { readLogRecord } from './log-record.client.js';
import { recordPart } from './record-part.js';
import { recordPointer } from './record-pointer.js';

/** Beyond the largest event AWS takes. */
const MAX_OFFSET = 10_000_000;

export const getLogRecord = defineTool({
  name: 'get_log_record',
  title: 'Get a whole log event',
  description: 'Gets the whole message and all fields of one log event whose row Logs Insights truncated.',
  input: z.strictObject({
    ptr: recordPointer.describe('@ptr of a row of execute_log_insights_query.'),
    offset: wholeNumber(0, MAX_OFFSET).nullish().describe('next_offset of the previous part.'),
    ...accountInput,
  }),
  output: z.object({
    log_group: z.string().nullable(),
    log_stream: z.string().nullable(),
    timestamp: z.string().nullable().describe('ISO 8601 in UTC.'),
    message: z.string().describe('The message from offset on, as much as fits.'),
    message_length: z.int().describe('Characters of the whole message.'),
    next_offset: z.int().nullable().describe('Where the next part begins; null at the end.'),
    fields: z.record(z.string(), z.string()).describe('Its other fields; with the first part only.'),
    omitted_fields: z.int().describe('How many more there are.'),
  }),
  toolset: 'logs',
  iamActions: ['logs:GetLogRecord'],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(getLogRecord)
export class GetLogRecordTool {
  constructor(
    private readonly credentials: CredentialsService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async execute(
    input: z.output<typeof getLogRecord.input>,
    call: ToolCall,
  ): Promise<z.input<typeof getLogRecord.output>> {
    const { allowedLogGroups, resultBudgetBytes: budgetBytes, maskSecrets } = this.config.tools;
    const target = targetOf(input);
    const reach = await this.credentials.owner(target);
    const client = await this.credentials.client(CloudWatchLogsClient, target);
    const record = await readLogRecord(client, input.ptr, { reach, allowedLogGroups }, call.signal);
    return recordPart(record, { offset: input.offset ?? 0, budgetBytes, maskSecrets });
  }
}
