import type { GetMetricDataOutput, MessageData, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';
import { hintFor, newestWithin } from './newest-points.js';

/** The most points one answer holds. */
export const MAX_DATAPOINTS = 10_000;

const messages = z.array(
  z.object({ code: z.string().describe('Kind of message.'), value: z.string().describe('Text.') }),
);

/** The result of get_metric_data. */
export const metricDataOutput = z.object({
  metricDataResults: z
    .array(
      z.object({
        id: z.string().describe('Id of the query; shared by the series of one query.'),
        label: z.string().describe('Label of the series.'),
        statusCode: z.string().describe('Complete, PartialData, InternalError or Forbidden.'),
        datapoints: z
          .array(z.object({ timestamp: z.string().describe('Start, ISO 8601.'), value: z.number().describe('Value.') }))
          .describe('Oldest first.'),
        messages: messages.describe('What CloudWatch says of the series.'),
      }),
    )
    .describe('One entry a series.'),
  messages: messages.describe('What CloudWatch says of the call.'),
  returned: z.int().describe('Points in this answer.'),
  total: z.int().nullable().describe('Points there are; null when not counted to the end.'),
  truncated: z.boolean().describe('True when only the newest points of each series are here.'),
  hint: z.string().nullable().describe('How to get the rest.'),
});

type SeriesResult = z.output<typeof metricDataOutput>['metricDataResults'][number];

interface Series {
  readonly id: string;
  readonly label: string;
  statusCode: string;
  readonly datapoints: { readonly time: Date; readonly value: number }[];
  readonly messages: MessageData[];
}

/** Gathers the pages of GetMetricData, newest first as they come, into whole series: one for each id and label. */
export class MetricSeries {
  private readonly series = new Map<string, Series>();
  private readonly messages: MessageData[] = [];
  private datapointCount = 0;

  add(page: GetMetricDataOutput): void {
    this.messages.push(...(page.Messages ?? []));
    for (const part of page.MetricDataResults ?? []) this.addPart(part);
  }

  get full(): boolean {
    return this.datapointCount >= MAX_DATAPOINTS;
  }

  /** The answer: of each series as many of its newest points as fit into the budget, the same number for all. */
  toOutput(morePages: boolean, budgetBytes = Infinity): z.output<typeof metricDataOutput> {
    const whole = [...this.series.values()].map(toResult);
    const metricDataResults = newestWithin(whole, budgetBytes, MAX_DATAPOINTS);
    const returned = metricDataResults.reduce((sum, { datapoints }) => sum + datapoints.length, 0);
    const truncated = morePages || returned < this.datapointCount || metricDataResults.length < whole.length;
    const total = morePages ? null : this.datapointCount;
    return {
      metricDataResults,
      messages: this.messages.map(toMessage),
      returned,
      total,
      truncated,
      hint: truncated ? hintFor(whole, metricDataResults, total) : null,
    };
  }

  private addPart({
    Id = '',
    Label = '',
    StatusCode,
    Timestamps = [],
    Values = [],
    Messages = [],
  }: MetricDataResult): void {
    // SEARCH and GROUP BY give many series one id.
    const key = JSON.stringify([Id, Label]);
    const series = this.series.get(key) ?? {
      id: Id,
      label: Label,
      statusCode: 'Complete',
      datapoints: [],
      messages: [],
    };
    this.series.set(key, series);
    series.statusCode = StatusCode ?? 'Complete';
    series.messages.push(...Messages);
    for (const [index, time] of Timestamps.entries()) {
      const value = Values[index];
      if (value === undefined || !Number.isFinite(value)) continue;
      series.datapoints.push({ time, value });
      this.datapointCount += 1;
    }
  }
}

function toResult(series: Series): SeriesResult {
  const ascending = series.datapoints.toSorted((a, b) => a.time.getTime() - b.time.getTime());
  return {
    id: series.id,
    label: series.label,
    statusCode: series.statusCode,
    datapoints: ascending.map(({ time, value }) => ({ timestamp: isoTime(time), value })),
    messages: series.messages.map(toMessage),
  };
}

function toMessage({ Code = '', Value = '' }: MessageData): { code: string; value: string } {
  return { code: Code, value: Value };
}
