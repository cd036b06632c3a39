import { AwsFault, type OperationContext, type OperationTable } from '../operation.js';
import type { World } from '../world.js';
import { type Sample, Evaluator } from './promql-evaluator.js';
import { badData, durationMs, type Expression, parsePromql } from './promql-parser.js';
import { matches, type PromqlSeries, seriesOf } from './promql-series.js';

/** A request of the Prometheus API: every parameter with all its values. */
export interface PromqlInput {
  readonly path: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

const MAX_SERIES = 500;
const MAX_LABELS = 10_000;
const MAX_RANGE_MS = 7 * 86_400_000;

/** CloudWatch's Prometheus-compatible API on the caller's account and those linked to it. */
export function promqlOperations(world: World): OperationTable {
  const series = ({ accountId, region }: OperationContext): PromqlSeries[] => {
    const own = world.account(accountId);
    return own === undefined ? [] : seriesOf([own, ...world.linkedTo(accountId)], region);
  };
  return {
    QueryMetrics: {
      actions: ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
      handle: (input: PromqlInput, context) => queryMetrics(input, series(context), context.now.getTime()),
    },
    GetSeries: {
      actions: ['cloudwatch:ListMetrics'],
      handle: (input: PromqlInput, context) => {
        const found = selected(input, series(context), context.now.getTime(), 'required');
        return capped(
          found.map(({ labels }) => labels),
          MAX_LABELS,
        );
      },
    },
    GetLabels: {
      actions: ['cloudwatch:ListMetrics'],
      handle: (input: PromqlInput, context) => {
        const found = selected(input, series(context), context.now.getTime(), 'optional');
        const label = /^\/api\/v1\/label\/([^/]+)\/values$/.exec(input.path)?.[1];
        const names = found.flatMap(({ labels }) =>
          label === undefined ? Object.keys(labels) : (labels[decodeURIComponent(label)] ?? []),
        );
        // In no order, so that callers who need one make it.
        return capped([...new Set(names)].reverse(), MAX_LABELS);
      },
    },
  };
}

function queryMetrics(input: PromqlInput, series: readonly PromqlSeries[], nowMs: number): object {
  const expression = parsePromql(parameter(input, 'query') ?? '');
  if (input.path !== '/api/v1/query_range') {
    const timeMs = timeOf(input, 'time') ?? nowMs;
    const samples = new Evaluator(series, { startMs: timeMs, endMs: timeMs, nowMs }).at(expression, timeMs);
    if (expression.kind === 'number') {
      return { data: { resultType: 'scalar', result: point(timeMs, expression.value) } };
    }
    const { data: result, warnings } = capped(samples, MAX_SERIES);
    const vector = result.map(({ labels, value }) => ({ metric: labels, value: point(timeMs, value) }));
    return { data: { resultType: 'vector', result: vector }, warnings };
  }
  const { startMs, endMs } = rangeOf(input, 'required');
  const stepMs = durationMs(parameter(input, 'step') ?? '');
  if (stepMs === undefined || stepMs <= 0) throw badData('invalid parameter "step"');
  const { data: result, warnings } = capped(matrix(expression, series, { startMs, endMs, stepMs, nowMs }), MAX_SERIES);
  return { data: { resultType: 'matrix', result }, warnings };
}

function matrix(
  expression: Expression,
  series: readonly PromqlSeries[],
  range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number; readonly nowMs: number },
): object[] {
  const evaluator = new Evaluator(series, range);
  const rows = new Map<string, { metric: Sample['labels']; values: [number, string][] }>();
  for (let timeMs = range.startMs; timeMs <= range.endMs; timeMs += range.stepMs) {
    for (const { labels, value } of evaluator.at(expression, timeMs)) {
      const key = JSON.stringify(labels);
      const row = rows.get(key) ?? { metric: labels, values: [] };
      row.values.push(point(timeMs, value));
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}

/** The series that any of the selectors matches. */
function selected(
  input: PromqlInput,
  series: readonly PromqlSeries[],
  nowMs: number,
  need: 'required' | 'optional',
): PromqlSeries[] {
  rangeOf(input, need);
  const selectors = (input.parameters['match[]'] ?? []).map((text) => parsePromql(text));
  if (need === 'required' && selectors.length === 0) throw badData('no match[] parameter provided');
  const matchers = selectors.map((selector) => {
    if (selector.kind !== 'selector') throw badData('invalid parameter "match[]"');
    return selector.matchers;
  });
  return series.filter(
    (one) =>
      one.isActive(nowMs) && (matchers.length === 0 || matchers.some((conditions) => matches(one.labels, conditions))),
  );
}

function rangeOf(input: PromqlInput, need: 'required' | 'optional'): { startMs: number; endMs: number } {
  const startMs = timeOf(input, 'start');
  const endMs = timeOf(input, 'end');
  if (startMs === undefined || endMs === undefined) {
    if (need === 'required') throw badData('start and end are required');
    return { startMs: 0, endMs: 0 };
  }
  if (endMs < startMs) throw badData('end timestamp must not be before start time');
  if (endMs - startMs > MAX_RANGE_MS) {
    throw new AwsFault('Execution', 'the range exceeds the limit', 422, { errorType: 'execution' });
  }
  return { startMs, endMs };
}

function timeOf(input: PromqlInput, name: string): number | undefined {
  const text = parameter(input, name);
  if (text === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(ms)) throw badData(`invalid parameter "${name}"`);
  return ms;
}

function parameter({ parameters }: PromqlInput, name: string): string | undefined {
  return parameters[name]?.[0];
}

function point(timeMs: number, value: number): [number, string] {
  return [timeMs / 1000, String(value)];
}

function capped<T>(data: readonly T[], most: number): { data: T[]; warnings?: string[] } {
  if (data.length <= most) return { data: [...data] };
  return { data: data.slice(0, most), warnings: [`result truncated to the maximum of ${most}`] };
}
