/** IAM actions that can be granted on the same kind of resource, as one statement of a policy. */
export interface ActionScope {
  readonly sid: string;
  /** ARN pattern; `${NAME}` stands for what the operator fills in. */
  readonly resource: string;
  readonly actions: readonly string[];
}

/**
 * What IAM lets each action be limited to (Service Authorization Reference for CloudWatch and CloudWatch Logs). Only an
 * action that stands here can be granted: a tool that declares another stops the generation.
 */
export const ACTION_SCOPES: readonly ActionScope[] = [
  {
    sid: 'DiscoverLogs',
    resource: '*',
    actions: [
      'logs:DescribeAccountPolicies',
      'logs:DescribeLogGroups',
      'logs:DescribeQueries',
      'logs:DescribeQueryDefinitions',
      'logs:ListAggregateLogGroupSummaries',
      'logs:ListLogGroups',
      'logs:StopQuery',
    ],
  },
  {
    sid: 'ReadLogGroups',
    resource: 'arn:aws:logs:*:${USER_ACCOUNT_ID}:log-group:${LOG_GROUP_PREFIX}*',
    actions: [
      'logs:DescribeFieldIndexes',
      'logs:DescribeIndexPolicies',
      'logs:DescribeLogStreams',
      'logs:FilterLogEvents',
      'logs:GetLogEvents',
      'logs:GetLogGroupFields',
      'logs:GetLogRecord',
      'logs:GetQueryResults',
      'logs:ListTagsForResource',
      'logs:StartLiveTail',
      'logs:StartQuery',
    ],
  },
  {
    sid: 'ReadLogAnomalies',
    resource: 'arn:aws:logs:*:${USER_ACCOUNT_ID}:*',
    actions: ['logs:ListAnomalies', 'logs:ListLogAnomalyDetectors'],
  },
  {
    sid: 'ReadMetricsAndAlarms',
    resource: '*',
    actions: [
      'cloudwatch:DescribeAlarmContributors',
      'cloudwatch:DescribeAlarmHistory',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:DescribeAlarmsForMetric',
      'cloudwatch:DescribeAnomalyDetectors',
      'cloudwatch:GetMetricData',
      'cloudwatch:GetMetricStatistics',
      'cloudwatch:GetMetricWidgetImage',
      'cloudwatch:ListAlarmMuteRules',
      'cloudwatch:ListDashboards',
      'cloudwatch:ListMetrics',
    ],
  },
  {
    sid: 'ReadAlarmTags',
    resource: 'arn:aws:cloudwatch:*:${USER_ACCOUNT_ID}:alarm:*',
    actions: ['cloudwatch:ListTagsForResource'],
  },
  {
    sid: 'ReadMuteRules',
    resource: 'arn:aws:cloudwatch:*:${USER_ACCOUNT_ID}:alarm-mute-rule:*',
    actions: ['cloudwatch:GetAlarmMuteRule'],
  },
  {
    sid: 'ReadDashboards',
    resource: 'arn:aws:cloudwatch::${USER_ACCOUNT_ID}:dashboard/*',
    actions: ['cloudwatch:GetDashboard'],
  },
];
