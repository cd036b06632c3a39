const MOST = 5;

/** Up to five of the known names that the given one was probably meant to be, the likeliest first. */
export function closeNames(given: string, known: readonly string[]): readonly string[] {
  const wanted = plain(given);
  if (wanted === '') return [];
  return known
    .map((name) => ({ name, distance: distance(wanted, plain(name)) }))
    .filter(({ distance }) => distance <= 1 + Math.floor(wanted.length / 4))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name);
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9%]/g, '');

/** A part of a name is nearer to it than a name with an error. */
function distance(wanted: string, name: string): number {
  return wanted !== name && wanted.length >= 3 && name.includes(wanted) ? 0.5 : editDistance(wanted, name);
}

/** How many characters to add, remove or replace to make one of the other. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_none, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
