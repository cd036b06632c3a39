/** The least-squares line through values. */
export interface StraightLine {
  readonly slope: number;
  /** The line's value at place 0. */
  readonly start: number;
  /** Standard error of the slope; 0 for values exactly on a line. */
  readonly slopeError: number;
  /** How far the line rises or falls from the first value to the last. */
  readonly change: number;
  /** Variance of the values around the line. */
  readonly residualVariance: number;
  readonly count: number;
}

/** Fits the line; values are at equal steps unless `placeOf` says where. NaN is left out; below three values all is 0. */
export function straightLine(
  values: Float64Array,
  placeOf: (index: number) => number = (index) => index,
): StraightLine {
  let count = 0;
  let meanX = 0;
  let meanY = 0;
  values.forEach((value, index) => {
    if (Number.isNaN(value)) return;
    count += 1;
    meanX += (placeOf(index) - meanX) / count;
    meanY += (value - meanY) / count;
  });
  if (count < 3) return { slope: 0, start: 0, slopeError: 0, change: 0, residualVariance: 0, count };
  let xx = 0;
  let xy = 0;
  let yy = 0;
  values.forEach((value, index) => {
    if (Number.isNaN(value)) return;
    const [x, y] = [placeOf(index) - meanX, value - meanY];
    xx += x * x;
    xy += x * y;
    yy += y * y;
  });
  const slope = xy / xx;
  const rest = Math.max(0, yy - slope * xy);
  return {
    slope,
    start: meanY - slope * meanX,
    slopeError: Math.sqrt(rest / (count - 2) / xx),
    change: slope * (placeOf(values.length - 1) - placeOf(0)),
    residualVariance: rest / count,
    count,
  };
}
