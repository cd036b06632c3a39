/** Where an axis begins and ends, and where it is marked. */
export interface ValueAxis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** Below this part of the largest value a difference is noise of floating point. */
const NOISE = 1e-9;
/** Values that all lie in their upper half of the way from zero are shown without the empty lower one. */
const NEAR_ZERO = 0.5;

/**
 * An axis over all values with about `count` ticks at round numbers, from zero when that is near. That of counts always
 * begins there, and has no fractions.
 */
export function valueAxis(low: number, high: number, count: number, counts = false): ValueAxis {
  const zero = counts || (low >= 0 && low < high * NEAR_ZERO);
  const [from, to] = apart(zero ? Math.min(0, low) : low, high);
  const step = Math.max(roundStep((to - from) / count), counts ? 1 : 0);
  const first = Math.floor(from / step + NOISE);
  const last = Math.ceil(to / step - NOISE);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { min: ticks[0] ?? from, max: ticks.at(-1) ?? to, ticks };
}

/** Two values between which an axis can run. */
function apart(low: number, high: number): readonly [number, number] {
  if (high - low > Math.max(Math.abs(low), Math.abs(high)) * NOISE) return [low, high];
  if (high === 0) return [0, 1];
  return high > 0 ? [0, high] : [low, 0];
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, 5].find((one) => one * power >= step * (1 - NOISE)) ?? 10;
  return factor * power;
}
