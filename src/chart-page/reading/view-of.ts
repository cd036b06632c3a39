import { CHART_DATA_KEY } from '../chart-data.js';
import type { View } from './chart.js';
import { items, members, text } from './json.js';
import { logView } from './log-view.js';
import { metricChartView, metricDataView } from './metric-view.js';

/**
 * What the page shows for the result of a tool, whatever that is: never throws. What it holds stays text: names in it
 * come from whoever writes to the account.
 */
export function viewOf(result: unknown): View {
  const { isError, structuredContent, content, _meta } = members(result);
  const said = items(content).flatMap((block) => text(members(block)['text'], 1_000) || []);
  if (isError === true) return { kind: 'words', title: 'The call failed', notes: said.slice(0, 1) };
  const answer = members(structuredContent);
  const extra = members(members(_meta)[CHART_DATA_KEY]);
  if (Array.isArray(answer['metricDataResults'])) return metricDataView(answer, extra);
  if (Array.isArray(answer['series'])) return metricChartView(answer, extra);
  if (Array.isArray(answer['results'])) return logView(answer);
  return { kind: 'words', title: 'CloudWatch', notes: ['There is nothing to draw; see the text of the answer.'] };
}
