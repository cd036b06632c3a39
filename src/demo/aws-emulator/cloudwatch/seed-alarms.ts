import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { DAY_MS } from '../scenario.js';
import { SHOP_ACCOUNT } from '../scenario-accounts.js';
import type { AlarmDefinition, CompositeAlarmDefinition, LogAlarmDefinition, MetricAlarmDefinition } from './alarm.js';
import { NAMES, type ResourceNames } from './resource-names.js';

type MetricAlarm = Omit<MetricAlarmDefinition, 'createdAt' | 'topic'>;
type LogAlarm = Omit<LogAlarmDefinition, 'createdAt' | 'topic'>;
type CompositeAlarm = Omit<CompositeAlarmDefinition, 'createdAt' | 'topic'>;
type SeededAlarm = MetricAlarm | LogAlarm | CompositeAlarm;

const PAYMENTS = { Team: 'payments', Environment: 'production' };
const SHIPPING = { Team: 'shipping', Environment: 'production' };

/** The alarms of one account, created two weeks before the start; a composite alarm follows those of its rule. */
export function seedAlarms(accountId: string, start: Date): AlarmDefinition[] {
  const names = NAMES[accountId];
  if (!names) return [];
  const createdAt = new Date(start.getTime() - 14 * DAY_MS);
  const definitions = accountId === SHOP_ACCOUNT ? shop(names) : logistics(names);
  return definitions.map((definition) => ({ ...definition, createdAt, topic: names.topic }));
}

function shop(names: ResourceNames): SeededAlarm[] {
  const checkout = { LoadBalancer: names.loadBalancer, TargetGroup: names.targetGroup('checkout') };
  const payments = { FunctionName: 'payments' };
  return [
    metricAlarm('checkout-5xx-count', 'Checkout answers with server errors', {
      queries: metric('AWS/ApplicationELB', 'HTTPCode_Target_5XX_Count', checkout, 'Sum', 300),
      threshold: 8,
    }),
    errorRateAlarm('checkout-5xx-rate', 'More than 20 % of checkouts fail', checkout, 20),
    metricAlarm('payments-duration-p99', 'The slowest payments take more than 3 s: is the provider healthy?', {
      queries: metric('AWS/Lambda', 'Duration', payments, 'p99', 300),
      threshold: 3_000,
      evaluationPeriods: 3,
      treatMissingData: 'missing',
      tags: PAYMENTS,
    }),
    metricAlarm('payments-errors', 'Payments fail', {
      queries: metric('AWS/Lambda', 'Errors', payments, 'Sum', 60),
      threshold: 2,
      evaluationPeriods: 2,
      tags: PAYMENTS,
    }),
    multiSeriesAlarm('functions-slowest-call', 'A function has calls of more than 4 s', {
      expression:
        'SELECT MAX(Duration) FROM SCHEMA("AWS/Lambda", FunctionName) GROUP BY FunctionName ORDER BY MAX() DESC',
      threshold: 4_000,
    }),
    {
      ...metricAlarm('payments-reported-duration', 'One call in a hundred is logged with more than 3 s', {
        queries: metric('AWS/Lambda', 'Duration', payments, 'p99', 900),
        threshold: 3_000,
        evaluationPeriods: 2,
        tags: PAYMENTS,
      }),
      kind: 'log',
      query: 'filter @type = "REPORT"',
      logGroups: ['/aws/lambda/payments'],
      aggregation: 'pct(@duration, 99)',
    },
    cpuAlarm('web-cpu-high', { ClusterName: names.cluster, ServiceName: 'web' }),
    missingDataAlarm('nightly-export-missing', 'Shop/Batch', 'ExportCompleted', { Job: 'nightly-export' }),
    {
      kind: 'composite',
      name: 'shop-payments-degraded',
      description: 'Customers notice: page the payments team',
      rule:
        '(ALARM("checkout-5xx-rate") AND ALARM("payments-errors")) OR ' +
        '(ALARM("payments-duration-p99") AND NOT ALARM("web-cpu-high"))',
      suppressor: 'web-cpu-high',
      tags: PAYMENTS,
    },
  ];
}

function logistics(names: ResourceNames): SeededAlarm[] {
  const tracking = { LoadBalancer: names.loadBalancer, TargetGroup: names.targetGroup('tracking') };
  const routing = { ClusterName: names.cluster, ServiceName: 'routing' };
  const labels = { FunctionName: 'labels' };
  return [
    metricAlarm('labels-errors', 'Shipping labels cannot be printed', {
      queries: metric('AWS/Lambda', 'Errors', labels, 'Sum', 60),
      threshold: 2,
      evaluationPeriods: 2,
    }),
    metricAlarm('labels-duration-p95', 'Printing a label takes more than 2 s', {
      queries: metric('AWS/Lambda', 'Duration', labels, 'p95', 300),
      threshold: 2_000,
      treatMissingData: 'missing',
    }),
    errorRateAlarm('tracking-5xx-rate', 'More than 20 % of tracking requests fail', tracking, 20),
    metricAlarm('routing-memory-high', 'Routing is about to run out of memory', {
      queries: metric('AWS/ECS', 'MemoryUtilization', routing, 'Average', 300),
      threshold: 85,
      evaluationPeriods: 3,
      treatMissingData: 'missing',
    }),
    multiSeriesAlarm('memory-by-service', 'A service is about to run out of memory', {
      expression: 'SELECT MAX(MemoryUtilization) FROM SCHEMA("AWS/ECS", ClusterName, ServiceName) GROUP BY ServiceName',
      threshold: 85,
    }),
    cpuAlarm('routing-cpu-high', routing),
    missingDataAlarm('dispatch-queue-depth', 'Logistics/Dispatch', 'QueueDepth', { Depot: 'north' }),
    {
      kind: 'composite',
      name: 'parcel-flow-at-risk',
      description: 'Parcels wait: page the shipping team',
      tags: SHIPPING,
      rule: 'ALARM("labels-errors") AND (ALARM("labels-duration-p95") OR ALARM("tracking-5xx-rate"))',
    },
  ];
}

function metricAlarm(
  name: string,
  description: string,
  rest: Pick<MetricAlarm, 'queries' | 'threshold'> & Partial<MetricAlarm>,
): MetricAlarm {
  const evaluationPeriods = rest.evaluationPeriods ?? 1;
  return {
    kind: 'metric',
    name,
    description,
    periodSeconds: rest.queries.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 60,
    comparison: 'GreaterThanOrEqualToThreshold',
    evaluationPeriods,
    datapointsToAlarm: evaluationPeriods,
    treatMissingData: 'notBreaching',
    ...rest,
  };
}

function multiSeriesAlarm(
  name: string,
  description: string,
  { expression, threshold }: { readonly expression: string; readonly threshold: number },
): MetricAlarm {
  const queries = [{ Id: 'q1', Expression: expression, Period: 300, ReturnData: true }];
  const rest = { queries, threshold, periodSeconds: 300, comparison: 'GreaterThanThreshold' } as const;
  return metricAlarm(name, description, { ...rest, evaluationPeriods: 3, datapointsToAlarm: 2 });
}

function errorRateAlarm(
  name: string,
  description: string,
  dimensions: Readonly<Record<string, string>>,
  percent: number,
): MetricAlarm {
  const namespace = 'AWS/ApplicationELB';
  const hidden = { ReturnData: false };
  const [errors] = metric(namespace, 'HTTPCode_Target_5XX_Count', dimensions, 'Sum', 60);
  const [requests] = metric(namespace, 'RequestCount', dimensions, 'Sum', 60);
  const rate = { Id: 'e1', Expression: '100 * FILL(m1, 0) / m2', Label: 'Error rate', ReturnData: true };
  return metricAlarm(name, description, {
    queries: [{ ...errors!, ...hidden }, { ...requests!, ...hidden, Id: 'm2' }, rate],
    comparison: 'GreaterThanThreshold',
    threshold: percent,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
}

function cpuAlarm(name: string, dimensions: Readonly<Record<string, string>>): MetricAlarm {
  return metricAlarm(name, 'The tasks run out of processor time', {
    queries: metric('AWS/ECS', 'CPUUtilization', dimensions, 'Average', 300),
    comparison: 'GreaterThanThreshold',
    threshold: 85,
    evaluationPeriods: 2,
    treatMissingData: 'missing',
  });
}

function missingDataAlarm(
  name: string,
  namespace: string,
  metricName: string,
  dimensions: Readonly<Record<string, string>>,
): MetricAlarm {
  return metricAlarm(name, 'Watches a job that no longer reports', {
    queries: metric(namespace, metricName, dimensions, 'Sum', 3_600),
    comparison: 'LessThanThreshold',
    threshold: 1,
    treatMissingData: 'missing',
  });
}

function metric(
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  stat: string,
  periodSeconds: number,
): MetricDataQuery[] {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: name, Dimensions };
  return [{ Id: 'm1', MetricStat: { Metric, Stat: stat, Period: periodSeconds } }];
}
