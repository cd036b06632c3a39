import type { McpCaller } from './mcp-caller.js';
import type { Caller, TourCalls } from './tour-calls.js';
import { expectEqual, expectThat, type TourLog } from './tour-log.js';
import type { Trouble } from './tour-tools.js';

/** What only this server does for CloudWatch: charts, lines around a line, why nobody was paged, seasons, costs. */
export async function depthsTour(
  tour: TourLog,
  calls: TourCalls,
  caller: Caller<McpCaller>,
  { trouble, composite, group }: { trouble: Trouble; composite: string; group: string | undefined },
): Promise<void> {
  const use = async <T>(tool: string, args: object): Promise<T> => (await calls.output<T>(caller, tool, args)).output;
  const window = { start_time: trouble.from.toISOString(), end_time: trouble.until.toISOString() };
  tour.chapter(`${caller.name} looks deeper`);

  await tour.step('get_metric_chart', async () => {
    const chart = await use<Chart>('get_metric_chart', { alarm_name: trouble.alarm, start_time: 'now-6h' });
    expectEqual('image', chart.image, true);
    const [series] = chart.series;
    expectThat(series !== undefined && series.datapoints > 0, 'series', 'one with points', chart.series);
    const gist = `a PNG of ${series.datapoints} points, ${series.beyond_alarm ?? 0} of them beyond the alarm's ${chart.alarm_line}`;
    return { gist, value: undefined };
  });

  await tour.step('get_composite_alarm_tree', async () => {
    const { nodes } = await use<{ nodes: object[] }>('get_composite_alarm_tree', {
      alarm_name: composite,
    });
    expectThat(nodes.length > 1, 'nodes', 'more than one', nodes);
    return { gist: `${composite} stands on ${nodes.length - 1} alarms`, value: undefined };
  });

  await tour.step('list_alarm_mute_rules', async () => {
    const { mute_rules: rules } = await use<{ mute_rules: { name: string; status: string }[] }>(
      'list_alarm_mute_rules',
      {},
    );
    expectThat(rules.length > 0, 'mute_rules', 'at least one', rules);
    return {
      gist: `why nobody was paged: ${rules.map(({ name, status }) => `${name} (${status})`).join(', ')}`,
      value: undefined,
    };
  });

  const event = await tour.step('filter_log_events', async () => {
    const { events } = await use<{ events: LogEvent[] }>('filter_log_events', {
      log_group: group,
      ...window,
      filter_pattern: 'ERROR',
      limit: 5,
    });
    const [first] = events;
    expectThat(first !== undefined, 'events', 'at least one', events);
    return { gist: `${events.length} lines with ERROR, without a scan charge`, value: first };
  });

  await tour.step('get_log_event_context', async () => {
    expectThat(event !== undefined, 'event', 'one from filter_log_events', event);
    const { events } = await use<{ events: LogEvent[] }>('get_log_event_context', {
      log_group: group,
      log_stream: event.log_stream,
      timestamp: event.timestamp,
      before: 2,
      after: 2,
    });
    expectThat(events.length > 1, 'events', 'more than the line itself', events);
    return { gist: `${events.length} lines around it, in its stream`, value: undefined };
  });

  await tour.step('analyze_metric', async () => {
    const metric = { namespace: 'AWS/ApplicationELB', metric_name: 'RequestCount', statistic: 'Sum' };
    const { metrics } = await use<{ metrics: { dimensions: object[] }[] }>('list_metrics', {
      namespace: metric.namespace,
      metric_name: metric.metric_name,
      max_items: 1,
    });
    const [listed] = metrics;
    expectThat(listed !== undefined, 'metrics', 'at least one', metrics);
    const { seasonality_seconds: season } = await use<{ seasonality_seconds: number }>('analyze_metric', {
      ...metric,
      dimensions: listed.dimensions,
    });
    expectEqual('seasonality_seconds', season, 604_800);
    return { gist: '14 days of minutes: requests have a weekly season, quiet at weekends', value: undefined };
  });
}

interface Chart {
  readonly image: boolean;
  readonly alarm_line: number | null;
  readonly series: readonly { readonly datapoints: number; readonly beyond_alarm?: number }[];
}

interface LogEvent {
  readonly timestamp: string;
  readonly log_stream: string;
}
