/** The elements of which a chart consists; there are no others. */
export type Tag = 'line' | 'path' | 'rect' | 'circle' | 'text';

/** Something to draw: its look is in the page's style, its text is text. */
export interface Shape {
  readonly tag: Tag;
  /** Names of ours. */
  readonly look: string;
  /** Numbers, and paths made of numbers. */
  readonly at: Readonly<
    Partial<Record<'x' | 'y' | 'x1' | 'x2' | 'y1' | 'y2' | 'cx' | 'cy' | 'r' | 'width' | 'height', number>>
  >;
  readonly path?: string;
  readonly text?: string;
}

/** A coordinate without digits nobody sees. */
export function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}
