import { Module } from '@nestjs/common';
import { CloudwatchModule } from '../cloudwatch/cloudwatch.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { AnalyzeLogGroupTool } from './analyze-log-group.tool.js';
import { CancelLogsInsightQueryTool } from './cancel-logs-insight-query.tool.js';
import { DescribeLogGroupsTool } from './describe-log-groups.tool.js';
import { ExecuteLogInsightsQueryTool } from './execute-log-insights-query.tool.js';
import { GetLogsInsightQueryResultsTool } from './get-logs-insight-query-results.tool.js';

/** The tools for CloudWatch Logs. */
@Module({
  imports: [CredentialsModule, CloudwatchModule],
  providers: [
    DescribeLogGroupsTool,
    AnalyzeLogGroupTool,
    ExecuteLogInsightsQueryTool,
    GetLogsInsightQueryResultsTool,
    CancelLogsInsightQueryTool,
  ],
})
export class LogsModule {}
