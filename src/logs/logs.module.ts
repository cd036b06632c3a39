import { Module } from '@nestjs/common';
import { CloudwatchModule } from '../cloudwatch/cloudwatch.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { AnalyzeLogGroupTool } from './analyze-log-group.tool.js';
import { ExecuteCwlInsightsBatchTool } from './batch/execute-cwl-insights-batch.tool.js';
import { CancelLogsInsightQueryTool } from './cancel-logs-insight-query.tool.js';
import { DescribeLogGroupsTool } from './describe-log-groups.tool.js';
import { RecommendIndexesAccountTool } from './indexes/recommend-indexes-account.tool.js';
import { RecommendIndexesLoggroupTool } from './indexes/recommend-indexes-loggroup.tool.js';
import { LogEventsModule } from './events/log-events.module.js';
import { ExecuteLogInsightsQueryTool } from './execute-log-insights-query.tool.js';
import { ExecuteLogInsightsQueryTask } from './execute-log-insights-query.task.js';
import { GetLogsInsightQueryResultsTool } from './get-logs-insight-query-results.tool.js';
import { QueryPreparationService } from './query-preparation.service.js';
import { RunningQueriesService } from './running-queries.service.js';
import { LogGroupNameCompletion } from './resources/log-group-name.completion.js';
import { LogGroupResource } from './resources/log-group.resource.js';
import { SavedQueryResource } from './resources/saved-query.resource.js';

/** The tools for CloudWatch Logs. */
@Module({
  imports: [CredentialsModule, CloudwatchModule, LogEventsModule],
  providers: [
    LogGroupResource,
    SavedQueryResource,
    LogGroupNameCompletion,
    RunningQueriesService,
    QueryPreparationService,
    DescribeLogGroupsTool,
    AnalyzeLogGroupTool,
    ExecuteLogInsightsQueryTool,
    ExecuteLogInsightsQueryTask,
    GetLogsInsightQueryResultsTool,
    CancelLogsInsightQueryTool,
    ExecuteCwlInsightsBatchTool,
    RecommendIndexesLoggroupTool,
    RecommendIndexesAccountTool,
  ],
})
export class LogsModule {}
