import type { GetMetricDataOutput, MessageData, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';

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
  truncated: z.boolean().describe('True when only the newest points are returned; narrow the range or the series.'),
});

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

  /** The answer; when there are too many points each series keeps an equal number of its newest. */
  toOutput(morePages: boolean): z.output<typeof metricDataOutput> {
    const share = Math.max(1, Math.floor(MAX_DATAPOINTS / Math.max(1, this.series.size)));
    const keep = this.datapointCount > MAX_DATAPOINTS ? share : MAX_DATAPOINTS;
    const all = [...this.series.values()];
    return {
      metricDataResults: all.map((series) => toResult(series, keep)),
      messages: this.messages.map(toMessage),
      truncated: morePages || all.some(({ datapoints }) => datapoints.length > keep),
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

function toResult(series: Series, keep: number): z.output<typeof metricDataOutput>['metricDataResults'][number] {
  const ascending = series.datapoints.toSorted((a, b) => a.time.getTime() - b.time.getTime());
  return {
    id: series.id,
    label: series.label,
    statusCode: series.statusCode,
    datapoints: ascending.slice(-keep).map(({ time, value }) => ({ timestamp: isoTime(time), value })),
    messages: series.messages.map(toMessage),
  };
}

function toMessage({ Code = '', Value = '' }: MessageData): { code: string; value: string } {
  return { code: Code, value: Value };
}
