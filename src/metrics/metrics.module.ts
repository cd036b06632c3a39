import { Module } from '@nestjs/common';
import { CloudwatchModule } from '../cloudwatch/cloudwatch.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { AnalyzeMetricTool } from './analysis/analyze-metric.tool.js';
import { GetRecommendedMetricAlarmsTool } from './analysis/get-recommended-metric-alarms.tool.js';
import { MetricHistoryService } from './analysis/metric-history.service.js';
import { GetMetricChartTool } from './chart/get-metric-chart.tool.js';
import { GetDashboardTool } from './dashboards/get-dashboard.tool.js';
import { ListDashboardsTool } from './dashboards/list-dashboards.tool.js';
import { GetMetricDataTool } from './get-metric-data.tool.js';
import { ListMetricsTool } from './listing/list-metrics.tool.js';
import { GetMetricMetadataTool } from './metadata/get-metric-metadata.tool.js';
import { MetricMetadataStore } from './metadata/metric-metadata.store.js';
import { ExecutePromqlQueryTool } from './promql/execute-promql-query.tool.js';
import { ExecutePromqlRangeQueryTool } from './promql/execute-promql-range-query.tool.js';
import { GetPromqlLabelValuesTool } from './promql/get-promql-label-values.tool.js';
import { GetPromqlLabelsTool } from './promql/get-promql-labels.tool.js';
import { GetPromqlSeriesTool } from './promql/get-promql-series.tool.js';
import { MetricNameCompletion } from './resources/metric-name.completion.js';
import { MetricResource } from './resources/metric.resource.js';
import { NamespaceCompletion } from './resources/namespace.completion.js';

/** The tools for CloudWatch metrics. */
@Module({
  imports: [CredentialsModule, CloudwatchModule],
  providers: [
    MetricResource,
    MetricNameCompletion,
    NamespaceCompletion,
    ExecutePromqlQueryTool,
    ExecutePromqlRangeQueryTool,
    GetPromqlLabelValuesTool,
    GetPromqlLabelsTool,
    GetPromqlSeriesTool,
    ListMetricsTool,
    GetMetricChartTool,
    ListDashboardsTool,
    GetDashboardTool,
    GetMetricDataTool,
    GetMetricMetadataTool,
    AnalyzeMetricTool,
    GetRecommendedMetricAlarmsTool,
    MetricHistoryService,
    MetricMetadataStore,
  ],
})
export class MetricsModule {}
