const SUFFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const PARTIAL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });

/** A number for an axis: `1.5M`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return exponential(value, 2);
  const [unit, suffix] = SUFFIXES.find(([one]) => size >= one) ?? [1, ''];
  return `${plain(value / unit, 6)}${suffix}`;
}

/** A number for a reader: all digits of whole ones, six of others. */
export function exactNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return exponential(value, 5);
  return Number.isInteger(value) ? WHOLE.format(value) : PARTIAL.format(value);
}

function exponential(value: number, digits: number): string {
  return value.toExponential(digits).replace(/\.?0*e\+?/, 'e');
}

/** Without the zeros at the end. */
function plain(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}
