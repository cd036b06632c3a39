interface Points {
  readonly label: string;
  readonly datapoints: readonly { readonly timestamp: string; readonly value: number }[];
}

/**
 * The newest points of each series, the same number for all, as many as fit into `budgetBytes` of JSON and
 * `maxPoints`; a shorter series leaves its room to the others. Series without any room are left out from the end.
 */
export function newestWithin<S extends Points>(series: readonly S[], budgetBytes: number, maxPoints: number): S[] {
  const heads = series.map((one) => sizeOf({ ...one, datapoints: [] }));
  const kept = fitting(heads, budgetBytes);
  const room = budgetBytes - sum(heads.slice(0, kept));
  const whole = series.slice(0, kept);
  const sizes = whole.map(({ datapoints }) => cumulated(datapoints.toReversed().map(sizeOf)));
  const fits = (count: number): boolean =>
    sum(sizes.map((size) => size[Math.min(count, size.length - 1)]!)) <= room &&
    sum(sizes.map((size) => Math.min(count, size.length - 1))) <= maxPoints;
  const count = largest(Math.max(0, ...sizes.map((size) => size.length - 1)), fits);
  return whole.map((one) => ({ ...one, datapoints: one.datapoints.slice(Math.max(0, one.datapoints.length - count)) }));
}

/** Says how to get what was left out. */
export function hintFor(whole: readonly Points[], given: readonly Points[], total: number | null): string {
  const returned = sum(given.map(({ datapoints }) => datapoints.length));
  const of = total === null ? 'more' : `${total}`;
  const oldest = given
    .filter(({ datapoints }, index) => total === null || datapoints.length < (whole[index]?.datapoints.length ?? 0))
    .flatMap(({ datapoints }) => datapoints[0]?.timestamp ?? [])
    .sort()
    .at(-1);
  const older =
    oldest === undefined ? '' : ` For older points repeat the call with the same start and end_time ${oldest}.`;
  const fewer = whole.length > 1 ? ` ${given.length} of ${whole.length} series are here: ask for fewer.` : '';
  return `The newest ${returned} of ${of} points are here.${fewer} A smaller target_datapoints gives fewer points.${older}`;
}

function fitting(sizes: readonly number[], budget: number): number {
  let bytes = 0;
  const over = sizes.findIndex((size) => (bytes += size) > budget);
  return over < 0 ? sizes.length : Math.max(1, over);
}

/** The largest whole number up to `max` for which `fits` holds; it holds for all below one for which it does. */
function largest(max: number, fits: (count: number) => boolean): number {
  let [low, high] = [0, max];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function cumulated(sizes: readonly number[]): number[] {
  const sums = [0];
  for (const size of sizes) sums.push(sums.at(-1)! + size);
  return sums;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
