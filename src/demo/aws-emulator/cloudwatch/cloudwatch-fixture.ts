import type { GetMetricDataInput, GetMetricDataOutput, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { OperationContext } from '../operation.js';
import { createScenario, LOGISTICS_ACCOUNT, SHOP_ACCOUNT } from '../scenario-accounts.js';
import { type AccountScenario, HOUR_MS } from '../scenario.js';
import { AlarmStore } from './alarm-store.js';
import { getMetricData } from './get-metric-data.js';
import { MetricStore } from './metric-store.js';
import { seedAlarms } from './seed-alarms.js';
import { seedMetrics } from './seed-metrics.js';
import { seedMuteRules } from './seed-mute-rules.js';

/** A Saturday morning in the middle of a minute. */
export const NOW = new Date('2026-11-21T11:03:27.500Z');

export interface AccountFixture {
  readonly scenario: AccountScenario;
  readonly metrics: MetricStore;
  readonly alarms: AlarmStore;
}

/** One seeded account as it is at `start`. */
export function seededAccount(id: string, start: Date = NOW): AccountFixture {
  const scenario = createScenario(start);
  const account = scenario.accounts.find((candidate) => candidate.id === id)!;
  const metrics = new MetricStore(seedMetrics(account, scenario.start));
  const definitions = seedAlarms(id, scenario.start);
  const alarms = new AlarmStore(id, definitions, metrics, seedMuteRules(id, scenario.start));
  return { scenario: account, metrics, alarms };
}

export const shopAccount = (start?: Date): AccountFixture => seededAccount(SHOP_ACCOUNT, start);
export const logisticsAccount = (start?: Date): AccountFixture => seededAccount(LOGISTICS_ACCOUNT, start);

/** The context of a call at `now`. */
export function calledAt(now: Date = NOW, accountId: string = SHOP_ACCOUNT): OperationContext {
  const principalArn = `arn:aws:sts::${accountId}:assumed-role/reader/session`;
  return { accountId, region: 'eu-central-1', principalArn, now };
}

/** A MetricStat query. */
export function statQuery(
  Id: string,
  metric: string,
  dimensions: Readonly<Record<string, string>>,
  Stat: string,
  Period: number,
): MetricDataQuery {
  const [Namespace, MetricName] = metric.split(' ');
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Stat, Period } };
}

/** GetMetricData over the last `hours`, oldest first. */
export function ask(
  metrics: MetricStore,
  MetricDataQueries: MetricDataQuery[],
  hours: number,
  rest: Partial<GetMetricDataInput> = {},
  now: Date = NOW,
): GetMetricDataOutput {
  const StartTime = new Date(now.getTime() - hours * HOUR_MS);
  return getMetricData(
    metrics,
    { MetricDataQueries, StartTime, EndTime: now, ScanBy: 'TimestampAscending', ...rest },
    now,
  );
}

/** The first result's values by ISO time. */
export function valuesOf(output: GetMetricDataOutput, index = 0): Record<string, number> {
  const { Timestamps: times = [], Values: values = [] } = output.MetricDataResults?.[index] ?? {};
  return Object.fromEntries(times.map((time, at) => [time.toISOString(), values[at]!]));
}
