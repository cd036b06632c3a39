const COLOURS = 8;

/** The look of a series: eight colours, then the same ones dashed. */
export function lookOf(index: number): string {
  const dash = Math.floor(index / COLOURS) % 3;
  return `s${index % COLOURS}${dash === 0 ? '' : ` d${dash}`}`;
}
