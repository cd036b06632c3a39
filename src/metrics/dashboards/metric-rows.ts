/**
 * The metrics of a dashboard widget with their abbreviations written out (Dashboard Body Structure and Syntax): `.`
 * repeats the element at the same place of the row before, `...` all of its elements up to where this row's own end.
 */
export function expandMetricRows(rows: readonly unknown[]): readonly (readonly unknown[])[] {
  const expanded: (readonly unknown[])[] = [];
  for (const row of rows) expanded.push(Array.isArray(row) ? expandRow(row, namesOf(expanded.at(-1) ?? [])) : []);
  return expanded;
}

function expandRow(row: readonly unknown[], previous: readonly unknown[]): readonly unknown[] {
  const names = namesOf(row);
  const options = row.slice(names.length);
  const dots = names.indexOf('...');
  const full =
    dots < 0
      ? names
      : [
          ...names.slice(0, dots),
          ...previous.slice(dots, Math.max(dots, previous.length - (names.length - dots - 1))),
          ...names.slice(dots + 1),
        ];
  return [...full.map((name, index) => (name === '.' ? (previous[index] ?? '.') : name)), ...options];
}

/** Namespace, metric and dimensions: what stands before the row's options. */
function namesOf(row: readonly unknown[]): readonly unknown[] {
  const end = row.findIndex((element) => typeof element !== 'string');
  return end < 0 ? row : row.slice(0, end);
}
