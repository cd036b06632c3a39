/** Calls a second that AWS answers in one account and region unless the account has more (CloudWatch and Logs quotas). */
const PER_SECOND: Readonly<Record<string, number>> = {
  'logs:DescribeLogGroups': 10,
  'logs:DescribeLogStreams': 25,
  'logs:FilterLogEvents': 10,
  'logs:GetLogEvents': 25,
  'logs:StartLiveTail': 5,
  'logs:StartQuery': 10,
  'logs:GetQueryResults': 10,
  'cloudwatch:GetMetricData': 500,
  'cloudwatch:GetMetricStatistics': 400,
  'cloudwatch:ListMetrics': 25,
  'cloudwatch:DescribeAlarms': 9,
  'cloudwatch:DescribeAlarmsForMetric': 9,
  'cloudwatch:DescribeAlarmContributors': 9,
  'cloudwatch:DescribeAlarmHistory': 20,
  'cloudwatch:GetMetricWidgetImage': 20,
  'cloudwatch:ListDashboards': 10,
  'cloudwatch:GetDashboard': 10,
  'cloudwatch:QueryMetrics': 300,
  // One quota of 10 for both.
  'cloudwatch:GetSeries': 5,
  'cloudwatch:GetLabels': 5,
};

/** Where it differs from region to region. */
const PER_SECOND_IN: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'logs:FilterLogEvents': { 'us-east-1': 25, 'eu-central-1': 5, 'ap-northeast-3': 5 },
  'logs:GetLogEvents': { 'us-west-2': 10, 'eu-west-1': 10, 'eu-central-1': 10, 'eu-west-3': 30 },
};

/** For operations whose quota AWS does not publish. */
const UNPUBLISHED = 10;

/** AWS's default quota of an operation, e.g. `logs:StartQuery`, in calls a second of one account in one region. */
export function callsPerSecond(operation: string, region: string): number {
  return PER_SECOND_IN[operation]?.[region] ?? PER_SECOND[operation] ?? UNPUBLISHED;
}
