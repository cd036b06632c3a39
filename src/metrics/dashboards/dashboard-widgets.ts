import { z } from 'zod';
import { expandMetricRows } from './metric-rows.js';

/** A widget of a dashboard, as far as it says what to look at. */
export const dashboardWidget = z.object({
  type: z.string().describe('metric, log, alarm, text, explorer or custom.'),
  title: z.string().nullable(),
  region: z.string().nullable(),
  period: z.number().nullable().describe('Seconds.'),
  statistic: z.string().nullable(),
  metrics: z.array(z.array(z.unknown())).describe('Rows: namespace, metric, dimensions, options; written out.'),
  query: z.string().nullable().describe('Logs Insights query, with its SOURCE.'),
  alarms: z.array(z.string()).describe('ARNs of alarms shown.'),
  text: z.string().nullable().describe('Markdown.'),
});

export type DashboardWidget = z.output<typeof dashboardWidget>;

const loose = z.looseObject({});
const body = z.looseObject({ widgets: z.array(loose).optional() });
const strings = z.array(z.string());

/** The widgets in a dashboard's body; undefined when it cannot be read. What a widget lacks is null or empty. */
export function readWidgets(text: string): readonly DashboardWidget[] | undefined {
  try {
    const { widgets = [] } = body.parse(JSON.parse(text));
    return widgets.map(toWidget);
  } catch {
    return undefined;
  }
}

function toWidget(widget: Readonly<Record<string, unknown>>): DashboardWidget {
  const properties: Readonly<Record<string, unknown>> = loose.safeParse(widget['properties']).data ?? {};
  const rows: readonly unknown[] = Array.isArray(properties['metrics']) ? properties['metrics'] : [];
  const annotations = loose.safeParse(properties['annotations']).data;
  return {
    type: textOf(widget['type']) ?? 'unknown',
    title: textOf(properties['title']),
    region: textOf(properties['region']),
    period: typeof properties['period'] === 'number' ? properties['period'] : null,
    statistic: textOf(properties['stat']),
    metrics: expandMetricRows(rows).map((row) => [...row]),
    query: textOf(properties['query']),
    alarms: [...stringsOf(properties['alarms']), ...stringsOf(annotations?.['alarms'])],
    text: textOf(properties['markdown']),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function stringsOf(value: unknown): readonly string[] {
  return strings.safeParse(value).data ?? [];
}
