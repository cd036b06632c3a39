import type { MetricGrid } from './metric-grid.js';

const MAX_BINS = 24;
/** Bins of whole steps are preferred down to so few. */
const MIN_EVEN_BINS = 7;
/** Standard deviations: a chance of one in millions, as every metric is asked five times. */
const MIN_DEVIATIONS = 5;
/** Where the rest is this small, it is rounding. */
const ROUNDING = 1e-12;

/** Averages over equal parts of the cycle, in the order of time. */
interface Bins {
  /** NaN where too little was published. */
  readonly means: Float64Array;
  /** The place in its cycle of the first bin. */
  readonly first: number;
  readonly perCycle: number;
}

/** The bins seen as cycles laid upon each other. */
interface Folded {
  readonly overall: number;
  /** Of each place in the cycle, around the overall average. */
  readonly averages: Float64Array;
  readonly counts: Float64Array;
  /** Sum of squares around the average of the place. */
  readonly within: number;
  readonly total: number;
}

/**
 * Whether the values differ more from one place in the cycle to another than from one cycle to another: an F-test over
 * at most 24 bins a cycle, whatever its length, so that a long profile has no more to fit with. What one bin passes on
 * to the next (random walks, slow noise) is taken out first; otherwise any two slow movements would look alike.
 */
export function cyclicEvidence(grid: MetricGrid, cycleMs: number): boolean {
  const bins = toBins(grid, cycleMs);
  const { means } = bins;
  const memory = memoryOf(bins);
  const news = means.map((mean, bin) => (bin === 0 ? Number.NaN : mean - memory * means[bin - 1]!));
  return deviations(folded({ ...bins, means: news })) >= MIN_DEVIATIONS;
}

function toBins({ startMs, stepMs, values }: MetricGrid, cycleMs: number): Bins {
  const perCycle = binsPerCycle(cycleMs / stepMs);
  const binMs = cycleMs / perCycle;
  const numberOf = (step: number): number => Math.floor((startMs + step * stepMs) / binMs + 1e-9);
  const firstNumber = numberOf(0);
  const length = numberOf(values.length - 1) - firstNumber + 1;
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  values.forEach((value, step) => {
    if (Number.isNaN(value)) return;
    const bin = numberOf(step) - firstNumber;
    sums[bin]! += value;
    counts[bin]! += 1;
  });
  const enough = binMs / stepMs / 2;
  const means = sums.map((sum, bin) => (counts[bin]! >= enough ? sum / counts[bin]! : Number.NaN));
  return { means, first: firstNumber % perCycle, perCycle };
}

function binsPerCycle(stepsPerCycle: number): number {
  const steps = Math.round(stepsPerCycle);
  for (let bins = Math.min(MAX_BINS, steps); bins >= MIN_EVEN_BINS; bins -= 1) if (steps % bins === 0) return bins;
  return Math.min(MAX_BINS, Math.floor(stepsPerCycle));
}

/** The share of a bin's deviation from its place's average that is still there in the next bin, 0 to 1. */
function memoryOf(bins: Bins): number {
  const { means, first, perCycle } = bins;
  const { overall, averages } = folded(bins);
  const rest = means.map((mean, bin) => mean - overall - averages[(first + bin) % perCycle]!);
  let products = 0;
  let squares = 0;
  let pairs = 0;
  for (let bin = 1; bin < rest.length; bin += 1) {
    const product = rest[bin - 1]! * rest[bin]!;
    if (Number.isNaN(product)) continue;
    products += product;
    squares += (rest[bin - 1]! ** 2 + rest[bin]! ** 2) / 2;
    pairs += 1;
  }
  // A short series understates it, by about a standard error.
  return squares > 0 ? Math.min(1, Math.max(0, products / squares + 1 / Math.sqrt(pairs))) : 0;
}

function folded({ means, first, perCycle }: Bins): Folded {
  const sums = new Float64Array(perCycle);
  const counts = new Float64Array(perCycle);
  means.forEach((mean, bin) => {
    if (Number.isNaN(mean)) return;
    sums[(first + bin) % perCycle]! += mean;
    counts[(first + bin) % perCycle]! += 1;
  });
  const total = sumOf(counts);
  const overall = total === 0 ? 0 : sumOf(sums) / total;
  const averages = sums.map((sum, place) => (counts[place]! > 0 ? sum / counts[place]! - overall : 0));
  const squares = means.map((mean, bin) => (mean - overall - averages[(first + bin) % perCycle]!) ** 2 || 0);
  return { overall, averages, counts, within: sumOf(squares), total };
}

/** How unlikely the differences between the places are, in standard deviations (Wilson and Hilferty's form of F). */
function deviations({ averages, counts, within, total }: Folded): number {
  const between = sumOf(averages.map((average, place) => average ** 2 * counts[place]!));
  const [d1, d2] = [averages.length - 1, total - averages.length];
  if (d2 < 1 || !(between > 0)) return 0;
  if (within <= ROUNDING * between) return Infinity;
  const f = Math.cbrt(between / d1 / (within / d2));
  const [v1, v2] = [2 / (9 * d1), 2 / (9 * d2)];
  return ((1 - v2) * f - (1 - v1)) / Math.sqrt(v2 * f ** 2 + v1);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
