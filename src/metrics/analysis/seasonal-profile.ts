import { cyclicEvidence } from './cyclic-evidence.js';
import type { MetricGrid } from './metric-grid.js';
import { moments } from './moments.js';
import { varianceAroundJump, withoutMovingAverage, withoutSlope } from './series-level.js';

/** Fewer steps do not make a shape. */
const MIN_STEPS_PER_CYCLE = 3;
/** Two cycles, but for what may be missing at the ends. */
const MIN_CYCLES = 1.97;
/** With fewer cycles a moving average leaves too little, and chance can do what a season does. */
const MANY_CYCLES = 4;
/** So much better than one jump must two or three cycles explain the values. */
const BETTER_THAN_JUMP = 1.05;
/** Of values that lie between 0 and 1. */
const ROUNDING = 1e-9;

/** What repeats in a series, around an average of 0. */
export interface SeasonalProfile {
  /** Its value at a step of the grid. */
  readonly at: (step: number) => number;
  /** The variance it explains: what the even and the odd cycles, each by themselves, agree on. */
  readonly explained: number;
}

/** The profile that repeats with this cycle, or undefined when nothing does beyond what chance brings about. */
export function seasonalProfile(grid: MetricGrid, cycleMs: number): SeasonalProfile | undefined {
  const { stepMs, values } = grid;
  const cycles = (values.length * stepMs) / cycleMs;
  if (cycleMs / stepMs < MIN_STEPS_PER_CYCLE || cycles < MIN_CYCLES) return undefined;
  const span = Math.round(cycleMs / stepMs);
  const many = cycles >= MANY_CYCLES;
  const level = many ? withoutMovingAverage(values, span) : withoutSlope(values, span);
  if (!cyclicEvidence({ ...grid, values: level }, cycleMs)) return undefined;
  const profile = foldedProfile({ ...grid, values: level }, cycleMs);
  // One jump and a slope taken out make a saw tooth that seems to repeat.
  const rest = moments(level).variance - profile.explained;
  return many || varianceAroundJump(values) > BETTER_THAN_JUMP * rest + ROUNDING ? profile : undefined;
}

function foldedProfile({ startMs, stepMs, values }: MetricGrid, cycleMs: number): SeasonalProfile {
  const phases = Math.floor(cycleMs / stepMs);
  const positionOf = (step: number): number => (startMs + step * stepMs) / cycleMs;
  // Phases count from the epoch, so that a clock time has the same phase whenever the data begins.
  const phaseOf = (step: number): number => Math.floor((positionOf(step) % 1) * phases + 1e-6) % phases;
  const even = new Means(phases);
  const odd = new Means(phases);
  const all = new Means(phases);
  values.forEach((value, step) => {
    if (Number.isNaN(value)) return;
    const half = Math.floor(positionOf(step) + 1e-9) % 2 === 0 ? even : odd;
    half.add(phaseOf(step), value);
    all.add(phaseOf(step), value);
  });
  const [learned, held, profile] = [even.centred(), odd.centred(), all.centred()];
  const { count, mean } = moments(learned.map((value, phase) => value * held[phase]!));
  return { explained: count === 0 ? 0 : Math.max(0, mean), at: (step) => profile[phaseOf(step)]! || 0 };
}

/** The mean of each phase. */
class Means {
  private readonly sums: Float64Array;
  private readonly counts: Float64Array;

  constructor(phases: number) {
    this.sums = new Float64Array(phases);
    this.counts = new Float64Array(phases);
  }

  add(phase: number, value: number): void {
    this.sums[phase]! += value;
    this.counts[phase]! += 1;
  }

  /** Around their own average; NaN for a phase without values. */
  centred(): Float64Array {
    const means = this.sums.map((sum, phase) => sum / this.counts[phase]!);
    const { mean } = moments(means);
    return means.map((value) => value - mean);
  }
}
