import { CloudWatchClient, type MetricDataQuery, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import { Injectable, Scope } from '@nestjs/common';
import { checkAccounts } from '../../cloudwatch/arn.js';
import { Clock } from '../../cloudwatch/clock.service.js';
import type { TargetInput } from '../../cloudwatch/target-input.js';
import { DAY_MS, type TimeRange } from '../../cloudwatch/time-range.js';
import { CredentialsService } from '../../credentials/credentials.service.js';
import type { AnalysedMetric } from './metric-input.js';
import type { MetricPoint } from './metric-grid.js';

/** CloudWatch keeps points of one minute for 15 days. */
export const HISTORY_DAYS = 14;

const MINUTE_MS = 60_000;

/** A statistic of the metric at a period, seconds. */
export interface HistoryPart {
  readonly statistic: string;
  readonly periodSeconds: number;
}

export interface MetricHistory {
  readonly range: TimeRange;
  /** For each part asked for its points in ascending order of time. */
  readonly parts: readonly (readonly MetricPoint[])[];
}

/** Reads what a metric did in the last fourteen days, as the caller. */
@Injectable({ scope: Scope.REQUEST })
export class MetricHistoryService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
  ) {}

  /**
   * All parts with one GetMetricData, whatever pages it answers in.
   * @throws ServiceError `target_not_allowed` for the metric of an account that is not linked
   */
  async read(
    metric: Omit<AnalysedMetric, 'statistic'>,
    parts: readonly HistoryPart[],
    target: TargetInput,
    signal: AbortSignal,
  ): Promise<MetricHistory> {
    const end = new Date(Math.floor(this.clock.now().getTime() / MINUTE_MS) * MINUTE_MS);
    const start = new Date(end.getTime() - HISTORY_DAYS * DAY_MS);
    if (metric.accountId !== undefined) {
      checkAccounts('account_id', [metric.accountId], await this.credentials.owner(target));
    }
    const client = await this.credentials.client(CloudWatchClient, target);
    const request = {
      MetricDataQueries: parts.map((part, index) => toQuery(metric, part, index)),
      StartTime: start,
      EndTime: end,
      ScanBy: 'TimestampAscending' as const,
    };
    const found: MetricPoint[][] = parts.map(() => []);
    for await (const page of paginateGetMetricData({ client }, request, { abortSignal: signal })) {
      for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
        const points = found[Number(Id.slice(1))];
        Timestamps.forEach((time, index) => points?.push({ timeMs: time.getTime(), value: Values[index]! }));
      }
    }
    return { range: { start, end }, parts: found.map((points) => points.sort((a, b) => a.timeMs - b.timeMs)) };
  }
}

function toQuery(
  { namespace, metricName, dimensions, accountId }: Omit<AnalysedMetric, 'statistic'>,
  { statistic, periodSeconds }: HistoryPart,
  index: number,
): MetricDataQuery {
  return {
    Id: `m${index}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metricName,
        Dimensions: dimensions.map(({ name, value }) => ({ Name: name, Value: value })),
      },
      Stat: statistic,
      Period: periodSeconds,
    },
    ...(accountId !== undefined && { AccountId: accountId }),
  };
}
