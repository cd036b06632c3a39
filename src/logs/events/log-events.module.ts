import { Module } from '@nestjs/common';
import { CloudwatchModule } from '../../cloudwatch/cloudwatch.module.js';
import { CredentialsModule } from '../../credentials/credentials.module.js';
import { FilterLogEventsTool } from './filter-log-events.tool.js';
import { GetLogEventContextTool } from './get-log-event-context.tool.js';
import { GetLogGroupFieldsTool } from './get-log-group-fields.tool.js';
import { GetLogRecordTool } from './get-log-record.tool.js';
import { TailLogGroupTool } from './tail-log-group.tool.js';

/** The tools that read log events without a Logs Insights query. */
@Module({
  imports: [CredentialsModule, CloudwatchModule],
  providers: [FilterLogEventsTool, GetLogEventContextTool, GetLogRecordTool, GetLogGroupFieldsTool, TailLogGroupTool],
})
export class LogEventsModule {}
