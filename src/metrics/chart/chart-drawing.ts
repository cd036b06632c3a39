import type { z } from 'zod';
import type { ToolCall } from '../../mcp/tool.js';
import { isoTime } from '../../cloudwatch/iso-time.js';
import type { metricDataOutput } from '../metric-series.js';
import type { ChartLine } from './metric-widget.js';

/** More lines nobody tells apart. */
const MOST_SERIES = 20;

type Series = z.output<typeof metricDataOutput>['metricDataResults'][number];

/** The points behind the numbers of a chart, for the page that draws them again; 20 bytes each at most. */
export function chartDrawing(
  series: readonly Series[],
  lines: readonly ChartLine[],
  unit: string | undefined,
): Parameters<ToolCall['draw']>[0] {
  return {
    series: series.slice(0, MOST_SERIES).map(({ label, datapoints }) => ({
      label,
      points: datapoints.map(({ timestamp, value }) => [Date.parse(timestamp) / 1_000, shortened(value)] as const),
    })),
    marks: lines.map((line) =>
      'value' in line ? { label: line.label, value: line.value } : { label: line.label, time: isoTime(line.time) },
    ),
    ...(unit !== undefined && { unit }),
  };
}

/** Seven digits are more than a screen has pixels. */
function shortened(value: number): number {
  return Number(value.toPrecision(7));
}
