import type { AlarmState, Evaluation, StateReason, Transition } from './alarm.js';

/** The metric's values by start of period; a missing period has none. */
export type PeriodValues = ReadonlyMap<number, number>;

interface Evaluated {
  readonly timeMs: number;
  readonly value: number | undefined;
}

const COMPARISONS: Readonly<
  Record<string, { readonly words: string; readonly breaches: (value: number, threshold: number) => boolean }>
> = {
  GreaterThanThreshold: { words: 'greater than the threshold', breaches: (value, threshold) => value > threshold },
  GreaterThanOrEqualToThreshold: {
    words: 'greater than or equal to the threshold',
    breaches: (value, threshold) => value >= threshold,
  },
  LessThanThreshold: { words: 'less than the threshold', breaches: (value, threshold) => value < threshold },
  LessThanOrEqualToThreshold: {
    words: 'less than or equal to the threshold',
    breaches: (value, threshold) => value <= threshold,
  },
};

/**
 * Evaluates "M of the last N" at one period boundary; undefined when the state stays. Missing data counts as the alarm's
 * treatMissingData says.
 */
export function evaluateAt(
  alarm: Evaluation,
  values: PeriodValues,
  boundaryMs: number,
  state: AlarmState,
  at: Date,
): Transition | undefined {
  const periodMs = alarm.periodSeconds * 1000;
  const window = Array.from({ length: alarm.evaluationPeriods }, (_, index): Evaluated => {
    const timeMs = boundaryMs - (index + 1) * periodMs;
    return { timeMs, value: values.get(timeMs) };
  });
  const next = verdict(alarm, window);
  if (next === undefined || next === state) return undefined;
  return { at, from: state, to: next, reason: () => explain(alarm, window, state, next, at) };
}

function verdict(alarm: Evaluation, window: readonly Evaluated[]): AlarmState | undefined {
  const known = window.filter(({ value }) => value !== undefined);
  if (known.length === 0 && alarm.treatMissingData === 'missing') return 'INSUFFICIENT_DATA';
  if (known.length === 0 && alarm.treatMissingData === 'ignore') return undefined;
  const missing = window.length - known.length;
  const breaching = known.filter(({ value }) => breaches(alarm, value!)).length;
  const counted = breaching + (alarm.treatMissingData === 'breaching' ? missing : 0);
  return counted >= alarm.datapointsToAlarm ? 'ALARM' : 'OK';
}

function breaches(alarm: Evaluation, value: number): boolean {
  return COMPARISONS[alarm.comparison]!.breaches(value, alarm.threshold);
}

function explain(
  alarm: Evaluation,
  window: readonly Evaluated[],
  from: AlarmState,
  to: AlarmState,
  at: Date,
): StateReason {
  const oldest = window.at(-1)!.timeMs;
  const known = window.filter(({ value }) => value !== undefined);
  const stat = alarm.queries.find(({ MetricStat }) => alarm.queries.length === 1 && MetricStat)?.MetricStat?.Stat;
  return {
    text: reasonText(alarm, window, from, to),
    data: {
      version: '1.0',
      queryDate: awsTime(at.getTime()),
      startDate: awsTime(oldest),
      ...(stat ? { statistic: stat } : {}),
      period: alarm.periodSeconds,
      recentDatapoints: known.map(({ value }) => value).reverse(),
      threshold: alarm.threshold,
      evaluatedDatapoints: window.map(({ timeMs, value }) => ({ timestamp: awsTime(timeMs), value })),
    },
  };
}

function reasonText(alarm: Evaluation, window: readonly Evaluated[], from: AlarmState, to: AlarmState): string {
  if (to === 'INSUFFICIENT_DATA') return `Insufficient Data: ${counted(window.length, 'datapoint')} unknown.`;
  const relevant = window.filter(({ value }) => value !== undefined && breaches(alarm, value) === (to === 'ALARM'));
  if (relevant.length === 0) {
    const treated = alarm.treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
    const periods = `${window.length} period${window.length === 1 ? '' : 's'}`;
    return (
      `Threshold Crossed: no datapoints were received for ${periods} and ` +
      `${counted(window.length, 'missing datapoint')} treated as [${treated}].`
    );
  }
  const least = to === 'ALARM' ? alarm.datapointsToAlarm : alarm.evaluationPeriods - alarm.datapointsToAlarm + 1;
  const list = relevant.map(({ value, timeMs }) => `${decimal(value!)} (${shortTime(timeMs)})`).join(', ');
  return (
    `Threshold Crossed: ${relevant.length} out of the last ${window.length} datapoints [${list}] ` +
    `${relevant.length === 1 ? 'was' : 'were'} ${to === 'ALARM' ? '' : 'not '}${COMPARISONS[alarm.comparison]!.words} ` +
    `(${decimal(alarm.threshold)}) (minimum ${least} datapoint${least === 1 ? '' : 's'} for ${from} -> ${to} transition).`
  );
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun} was` : `${count} ${noun}s were`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `21/11/26 08:20:00` */
function shortTime(timeMs: number): string {
  const [date, time] = new Date(timeMs).toISOString().split('T');
  const [year, month, day] = date!.split('-');
  return `${day}/${month}/${year!.slice(2)} ${time!.slice(0, 8)}`;
}

/** `2026-11-21T08:20:00.000+0000` */
function awsTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '+0000');
}
