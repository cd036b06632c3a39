/** Where the `_meta` of an answer carries what only the page draws: no model reads it. */
export const CHART_DATA_KEY = 'cloudwatch-mcp-server/chart';

/** What the page draws beyond what the answer itself says. */
export interface ChartData {
  /** The lines, where the answer has only their numbers; points are `[seconds since 1970, value]`. */
  readonly series?: readonly { readonly label: string; readonly points: readonly (readonly [number, number])[] }[];
  /** Lines across the chart: at a value, or at a moment (ISO 8601). */
  readonly marks?: readonly { readonly label: string; readonly value?: number; readonly time?: string }[];
  /** What the values are measured in, where it is known. */
  readonly unit?: string;
}
