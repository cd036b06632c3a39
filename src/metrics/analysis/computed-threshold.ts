import type { DocumentedAlarm } from '../metadata/metric-metadata.js';
import { quantile } from './series-statistics.js';

/** A threshold from a metric's own past. */
export interface ComputedThreshold {
  /** Null where the past names none; never 0. */
  readonly value: number | null;
  readonly justification: string;
}

type Alarm = Pick<
  DocumentedAlarm,
  'comparisonOperator' | 'statistic' | 'period' | 'evaluationPeriods' | 'datapointsToAlarm'
>;

const MIN_POINTS = 50;
/** Beyond the outermost hundredth of the values, half of its distance from the median and a tenth of itself at least. */
const DISTANCE_SHARE = 0.5;
const SIZE_SHARE = 0.1;
const FULL = 100;

/** A number for an alarm from the values of its own statistic and period over the last fourteen days, oldest first. */
export function computedThreshold(given: readonly number[], alarm: Alarm, unit?: string): ComputedThreshold {
  const values = given.filter(Number.isFinite);
  const points = `${grouped(values.length)} points (${alarm.statistic} over ${alarm.period} s) of the last 14 days`;
  if (values.length < MIN_POINTS) return without(`Not computed: only ${points} have a value.`);
  const sorted = Float64Array.from(values).sort();
  const above = alarm.comparisonOperator.startsWith('Greater');
  const outermost = above ? upperEnd(sorted) : quantile(sorted, 0.01);
  const median = quantile(sorted, 0.5);
  if (outermost === 0) {
    return without(
      above
        ? `Not computed: the ${points} never rose above 0, so any number would do; choose the least that matters.`
        : `Not computed: the ${points} went down to 0, and no number lies below it.`,
    );
  }
  const raw = above ? reachable(outermost, upper(outermost, median), unit) : lower(outermost, median, sorted[0]!);
  const value = raw === undefined ? 0 : outward(raw, above);
  if (value === 0 || !Number.isFinite(value)) {
    return without(`Not computed: the ${points} reach ${shown(outermost)} already, which leaves no room for an alarm.`);
  }
  const times = episodes(values, alarm, value);
  const side = above ? 'at or below' : 'at or above';
  return {
    value,
    justification: `Computed from ${points}: their median is ${shown(median)}, nearly all are ${side} ${shown(outermost)}, and the threshold leaves room beyond that. The alarm would have fired ${times === 1 ? 'once' : `${times} times`}.`,
  };
}

function without(justification: string): ComputedThreshold {
  return { value: null, justification };
}

/** The 99 % quantile; of a metric that is mostly 0 what it reaches when it is not. */
function upperEnd(sorted: Float64Array): number {
  return [0.99, 0.999, 1].map((share) => quantile(sorted, share)).find((value) => value !== 0) ?? 0;
}

function upper(outermost: number, median: number): number {
  return outermost + Math.max(DISTANCE_SHARE * (outermost - median), SIZE_SHARE * Math.abs(outermost));
}

/** A percentage beyond 100 never comes: halfway there instead. */
function reachable(outermost: number, value: number, unit: string | undefined): number | undefined {
  if (unit !== 'Percent' || value < FULL) return value;
  return outermost < FULL ? (outermost + FULL) / 2 : undefined;
}

/** A metric that is never negative does not fall below 0: half of its lowest hundredth instead. */
function lower(outermost: number, median: number, least: number): number {
  const value = outermost - Math.max(DISTANCE_SHARE * (median - outermost), SIZE_SHARE * Math.abs(outermost));
  return value <= 0 && least >= 0 ? outermost / 2 : value;
}

/** Rounded to three digits, away from the values. */
function outward(value: number, up: boolean): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  const rounded = (up ? Math.ceil(value / unit - 1e-9) : Math.floor(value / unit + 1e-9)) * unit;
  return Number(rounded.toPrecision(3));
}

/** How often the alarm would have begun: so many of the last periods beyond the threshold. */
function episodes(values: readonly number[], alarm: Alarm, threshold: number): number {
  const breaches = values.map((value) => isBeyond(value, threshold, alarm.comparisonOperator));
  let inAlarm = false;
  let begun = 0;
  let beyond = 0;
  breaches.forEach((breach, index) => {
    beyond += (breach ? 1 : 0) - (breaches[index - alarm.evaluationPeriods] === true ? 1 : 0);
    const alarming = beyond >= alarm.datapointsToAlarm;
    if (alarming && !inAlarm) begun += 1;
    inAlarm = alarming;
  });
  return begun;
}

function isBeyond(value: number, threshold: number, operator: Alarm['comparisonOperator']): boolean {
  switch (operator) {
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
