import type { GetMetricDataInput, GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { TimeSeries } from './math-values.js';
import type { MetricStore } from './metric-store.js';
import { offsetOf, tokenFor } from './next-token.js';
import { QueryEvaluator } from './query-evaluator.js';
import { checkLimit, checkQueries, checkTimeRange } from './validation.js';

/** A call answers with at most this many data points. */
const MAX_DATAPOINTS = 100_800;

interface Labelled {
  readonly id: string;
  readonly label: string;
  readonly series: TimeSeries;
}

/** GetMetricData: metrics, metric math and Metrics Insights, paged by data points; `readable` holds stores by account. */
export function getMetricData(
  store: MetricStore,
  input: GetMetricDataInput,
  now: Date,
  readable?: ReadonlyMap<string, MetricStore>,
): GetMetricDataOutput {
  checkQueries(input.MetricDataQueries);
  const [fromMs, untilMs] = checkTimeRange(input.StartTime, input.EndTime);
  const size = checkLimit(input.MaxDatapoints, 'MaxDatapoints', MAX_DATAPOINTS);
  const offset = offsetOf('GetMetricData', input);
  const window = { fromMs, untilMs, nowMs: now.getTime() };
  const evaluator = new QueryEvaluator(store, input.MetricDataQueries, window, readable);
  // Every expression is evaluated, also one whose data is not asked for: its faults are the request's.
  const evaluated = input.MetricDataQueries.map((query) => ({ query, list: evaluator.seriesOf(query.Id ?? '') }));
  const results = evaluated
    .filter(({ query }) => query.ReturnData !== false)
    .flatMap(({ query, list }) =>
      list.map((series) => ({ id: query.Id ?? '', label: labelOf(query.Label, series, list.length), series })),
    );
  const total = results.reduce((sum, { series }) => sum + series.points.size, 0);
  return {
    MetricDataResults: pageOfPoints(results, offset, size, input.ScanBy === 'TimestampAscending'),
    NextToken: offset + size < total ? tokenFor('GetMetricData', input, offset + size) : undefined,
    Messages: [],
  };
}

/** A label given for several series is put before each one's own. */
function labelOf(given: string | undefined, series: TimeSeries, count: number): string {
  if (given === undefined) return series.label;
  return count > 1 ? `${given} ${series.label}` : given;
}

/** The points [offset, offset + size) of all series laid end to end; empty series belong to the first page. */
function pageOfPoints(all: readonly Labelled[], offset: number, size: number, ascending: boolean): MetricDataResult[] {
  const results: MetricDataResult[] = [];
  let passed = 0;
  for (const { id, label, series } of all) {
    const from = Math.max(0, offset - passed);
    const until = Math.min(series.points.size, offset + size - passed);
    passed += series.points.size;
    if (from >= until && !(series.points.size === 0 && offset === 0)) continue;
    const points = ascending ? [...series.points] : [...series.points].reverse();
    const page = points.slice(from, until);
    results.push({
      Id: id,
      Label: label,
      Timestamps: page.map(([timeMs]) => new Date(timeMs)),
      Values: page.map(([, value]) => value),
      StatusCode: until < series.points.size ? 'PartialData' : 'Complete',
    });
  }
  return results;
}
