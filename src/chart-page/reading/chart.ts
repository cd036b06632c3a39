/** A value at a moment, in milliseconds since 1970. */
export interface Point {
  readonly time: number;
  readonly value: number;
}

/** One line, or one colour of the bars; its points in the order of time, one for each moment. */
export interface Series {
  readonly label: string;
  readonly points: readonly Point[];
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is drawn: at least one series, each with at least one point, within a span that is not empty. */
export interface Chart {
  readonly kind: 'lines' | 'bars';
  readonly title: string;
  /** What the values are, for the axis. */
  readonly valueName: string;
  readonly series: readonly Series[];
  readonly span: Span;
  /** How long a bar lasts; for lines how far their points lie apart at most before the line has a gap. */
  readonly stepMs: number;
  readonly thresholds: readonly { readonly label: string; readonly value: number }[];
  readonly moments: readonly { readonly label: string; readonly time: number }[];
  /** What a reader must know besides: what is missing, what is partial. */
  readonly notes: readonly string[];
}

/** What is said where nothing can be drawn. */
export interface Words {
  readonly kind: 'words';
  readonly title: string;
  readonly notes: readonly string[];
}

/** What the page shows for an answer. */
export type View = Chart | Words;
