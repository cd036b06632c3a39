import type {
  DescribeAlarmContributorsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsInput,
  GetAlarmMuteRuleInput,
  GetDashboardInput,
  GetMetricDataInput,
  GetMetricWidgetImageInput,
  ListAlarmMuteRulesInput,
  ListDashboardsInput,
  ListMetricsInput,
  ListTagsForResourceInput,
  PutMetricDataInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsFault, type OperationContext, type OperationTable } from '../operation.js';
import type { Account, World } from '../world.js';
import { alarmResources } from './alarm-input.js';
import { dashboardArn, getDashboard, listDashboards } from './dashboards.js';
import { describeAlarmContributors } from './describe-alarm-contributors.js';
import { describeAlarmHistory } from './describe-alarm-history.js';
import { describeAlarms, describeAlarmsForMetric } from './describe-alarms.js';
import { getMetricData } from './get-metric-data.js';
import { getMetricWidgetImage } from './get-metric-widget-image.js';
import { listMetrics } from './list-metrics.js';
import { listTagsForResource } from './list-tags-for-resource.js';
import { getAlarmMuteRule, listAlarmMuteRules, muteRuleArn } from './mute-rule.js';
import { putMetricData } from './put-metric-data.js';

/** The operations of CloudWatch (metrics and alarms) on the caller's account. */
export function cloudwatchOperations(world: World): OperationTable {
  const account = ({ accountId }: OperationContext): Account => {
    const found = world.account(accountId);
    if (!found) throw new AwsFault('InternalServiceFault', `There is no account ${accountId}.`, 500);
    return found;
  };
  return {
    PutMetricData: {
      handle: (input: PutMetricDataInput, context) => putMetricData(account(context).metrics, input, context.now),
    },
    ListMetrics: {
      handle: (input: ListMetricsInput, context) => listMetrics(account(context).metrics, input, context.now),
    },
    GetMetricData: {
      handle: (input: GetMetricDataInput, context) => {
        const own = account(context);
        const readable = new Map([own, ...world.linkedTo(own.id)].map(({ id, metrics }) => [id, metrics]));
        return getMetricData(own.metrics, input, context.now, readable);
      },
    },
    GetMetricWidgetImage: { handle: (input: GetMetricWidgetImageInput) => getMetricWidgetImage(input) },
    ListDashboards: { handle: (input: ListDashboardsInput, context) => listDashboards(input, context) },
    GetDashboard: {
      resources: ({ DashboardName: name }: GetDashboardInput, { accountId }) => [dashboardArn(accountId, name ?? '*')],
      handle: (input: GetDashboardInput, context) => getDashboard(input, context),
    },
    DescribeAlarms: {
      // Composite alarms need the permission on all alarms, also where one is named.
      resources: ({ AlarmNames: names, AlarmTypes: types }: DescribeAlarmsInput, context) =>
        alarmResources(types?.includes('CompositeAlarm') ? undefined : names, context),
      handle: (input: DescribeAlarmsInput, context) => describeAlarms(account(context).alarms, input, context),
    },
    DescribeAlarmsForMetric: {
      handle: (input: DescribeAlarmsForMetricInput, context) =>
        describeAlarmsForMetric(account(context).alarms, input, context),
    },
    DescribeAlarmContributors: {
      resources: ({ AlarmName: name }: DescribeAlarmContributorsInput, context) =>
        alarmResources(name === undefined ? undefined : [name], context),
      handle: (input: DescribeAlarmContributorsInput, context) =>
        describeAlarmContributors(account(context).alarms, input, context),
    },
    ListTagsForResource: {
      resources: ({ ResourceARN: arn }: ListTagsForResourceInput) => [arn ?? '*'],
      handle: (input: ListTagsForResourceInput, context) =>
        listTagsForResource(account(context).alarms, input, context),
    },
    ListAlarmMuteRules: {
      handle: (input: ListAlarmMuteRulesInput, context) =>
        listAlarmMuteRules(account(context).alarms.muteRules, input, context),
    },
    GetAlarmMuteRule: {
      resources: ({ AlarmMuteRuleName: name }: GetAlarmMuteRuleInput, context) => [muteRuleArn(context, name ?? '*')],
      handle: (input: GetAlarmMuteRuleInput, context) =>
        getAlarmMuteRule(account(context).alarms.muteRules, input, context),
    },
    DescribeAlarmHistory: {
      resources: ({ AlarmName: name }: DescribeAlarmHistoryInput, context) =>
        alarmResources(name === undefined ? undefined : [name], context),
      handle: (input: DescribeAlarmHistoryInput, context) =>
        describeAlarmHistory(account(context).alarms, input, context),
    },
  };
}
