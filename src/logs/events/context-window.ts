/** Lists around a place, each in the order of time. */
export interface Surroundings<T> {
  readonly earlier: readonly T[];
  readonly same: readonly T[];
  readonly later: readonly T[];
}

/**
 * What of the surroundings fits: first the place itself, then its neighbours, the nearest first on both sides in turn,
 * so that what is left out lies farthest. The first event always fits. In the order of time.
 */
export function nearestWithin<T>({ earlier, same, later }: Surroundings<T>, budgetBytes: number): readonly T[] {
  let bytes = 0;
  const fits = (item: T): boolean => {
    const first = bytes === 0;
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return first || bytes <= budgetBytes;
  };
  const shown: T[] = [];
  for (const item of same) {
    if (!fits(item)) return shown;
    shown.push(item);
  }
  for (let distance = 0; distance < Math.max(earlier.length, later.length); distance += 1) {
    const previous = earlier.at(-1 - distance);
    if (distance < earlier.length && previous !== undefined) {
      if (!fits(previous)) return shown;
      shown.unshift(previous);
    }
    const next = later[distance];
    if (next !== undefined) {
      if (!fits(next)) return shown;
      shown.push(next);
    }
  }
  return shown;
}
