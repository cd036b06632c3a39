import { readStatistic } from '../cloudwatch/metric-reader.js';
import type { MetricId, MetricStore } from '../cloudwatch/metric-store.js';
import type { Account } from '../world.js';
import type { LabelMatcher } from './promql-parser.js';

export type Labels = Readonly<Record<string, string>>;

/** A metric as PromQL sees it: labels, and one value a minute. */
export interface PromqlSeries {
  readonly labels: Labels;
  /** Values of the minutes that begin in [fromMs, untilMs). */
  values(fromMs: number, untilMs: number, nowMs: number): ReadonlyMap<number, number>;
  isActive(nowMs: number): boolean;
}

/** Every metric of some accounts. */
export function seriesOf(accounts: readonly Account[], region: string): PromqlSeries[] {
  return accounts.flatMap(({ id: account, metrics }) =>
    metrics.all().map((series) => ({
      labels: labelsOf(series.id, account, region),
      values: (fromMs, untilMs, nowMs) => valuesOf(metrics, series.id, { fromMs, untilMs, nowMs }),
      isActive: (nowMs) => series.isActive(nowMs),
    })),
  );
}

/** Whether labels meet all conditions; an absent label is an empty one. */
export function matches(labels: Labels, matchers: readonly LabelMatcher[]): boolean {
  return matchers.every(({ label, operator, value }) => {
    const actual = labels[label] ?? '';
    const equal = operator.endsWith('~') ? new RegExp(`^(?:${value})$`, 's').test(actual) : actual === value;
    return equal === operator.startsWith('=');
  });
}

function labelsOf({ namespace, name, dimensions }: MetricId, account: string, region: string): Labels {
  return {
    __name__: name,
    ...Object.fromEntries(dimensions.map((dimension) => [dimension.name, dimension.value])),
    '@instrumentation.@name': namespace.startsWith('AWS/') ? `cloudwatch.${namespace.toLowerCase()}` : namespace,
    '@resource.cloud.account.id': account,
    '@aws.account': account,
    '@aws.region': region,
  };
}

const COUNTED = /Count|Errors|Invocations|Orders|Throttles|Requests|HTTPCode/;

function valuesOf(
  store: MetricStore,
  metric: MetricId,
  window: { readonly fromMs: number; readonly untilMs: number; readonly nowMs: number },
): ReadonlyMap<number, number> {
  const stat = COUNTED.test(metric.name) ? 'Sum' : 'Average';
  return readStatistic(store, { metric, stat, periodSeconds: 60 }, window).points;
}
