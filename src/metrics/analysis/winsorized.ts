const TAIL = 0.001;
/** Values closer together than this share of their size are one value, whatever the last bits say. */
const RESOLUTION = 1e-9;

/**
 * The values between their 0.1 % and 99.9 % quantiles, scaled to 0 .. 1 so that sums can neither overflow nor vanish;
 * all 0 when they are one value. NaN stays NaN.
 */
export function winsorized(values: Float64Array): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const low = sorted[Math.floor((sorted.length - 1) * TAIL)] ?? 0;
  const high = sorted[Math.ceil((sorted.length - 1) * (1 - TAIL))] ?? 0;
  // Halves, as the range itself may be more than a number can hold.
  const range = high / 2 - low / 2;
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (!(range > RESOLUTION * size)) return values.map((value) => (Number.isNaN(value) ? value : 0));
  return values.map((value) => (Math.min(high, Math.max(low, value)) / 2 - low / 2) / range);
}
