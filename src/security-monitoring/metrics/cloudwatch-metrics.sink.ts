import {
  CloudWatchClient,
  type MetricDatum,
  PutMetricDataCommand,
  type PutMetricDataCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { PRODUCT } from '../../config/version.js';
import { SecurityEventsService } from '../security-events.service.js';
import { METRICS_NAMESPACE, type MetricPoint } from './cloudwatch-metrics.js';

/** As many as one PutMetricData takes. */
const MAX_BATCH = 1_000;
/** What CloudWatch has not taken for so long is given up; the rest waits, oldest out first. */
const KEPT_MS = 3 * 3_600_000;
const MAX_WAITING = 20_000;
const CONNECT_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Puts metrics into CloudWatch with the server's own role. What cannot be put waits for the next time, for three hours
 * at most; a call whose answer got lost may so be counted twice.
 */
@Injectable()
export class CloudWatchMetricsSink {
  #waiting: readonly MetricPoint[] = [];
  #client?: CloudWatchClient;
  #failing = false;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly events: SecurityEventsService,
  ) {}

  /** Puts these points and those still waiting; never rejects. What fails is counted and said once a call. */
  async write(points: readonly MetricPoint[], nowMs: number, signal: AbortSignal): Promise<void> {
    const all = [...this.#waiting, ...points];
    this.#waiting = all.filter(({ minuteMs }) => minuteMs > nowMs - KEPT_MS).slice(-MAX_WAITING);
    const dropped = all.length - this.#waiting.length;
    const failure = await this.#putWaiting(signal);
    if (failure !== undefined) this.#record('failed', dropped, failure);
    else if (this.#failing) this.#record('restored', dropped);
    this.#failing = failure !== undefined;
  }

  close(): void {
    this.#client?.destroy();
  }

  async #putWaiting(signal: AbortSignal): Promise<Error | undefined> {
    try {
      while (this.#waiting.length > 0) {
        const MetricData = this.#waiting.slice(0, MAX_BATCH).map(toDatum);
        await this.#put({ Namespace: METRICS_NAMESPACE, MetricData }, signal);
        this.#waiting = this.#waiting.slice(MAX_BATCH);
      }
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #put(input: PutMetricDataCommandInput, abortSignal: AbortSignal): Promise<void> {
    this.#client ??= new CloudWatchClient(this.#clientConfig());
    await this.#client.send(new PutMetricDataCommand(input), { abortSignal });
  }

  /** No credentials: the SDK's default chain finds the server's own, which may do nothing but this. */
  #clientConfig() {
    const { region, endpointUrl } = this.config.aws;
    return {
      region,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      maxAttempts: 2,
      customUserAgent: [[PRODUCT.name, PRODUCT.version]] as [string, string][],
      // SECURITY: endpoints come from the checked configuration only, not from AWS_ENDPOINT_URL_* or shared files.
      ignoreConfiguredEndpointUrls: true,
      ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    };
  }

  #record(outcome: 'failed' | 'restored', dropped: number, failure?: Error): void {
    const waiting = this.#waiting.length;
    this.events.record({ name: 'metrics.export', outcome, awsErrorName: failure?.name, waiting, dropped });
  }
}

function toDatum({ metric, dimensions, minuteMs, count }: MetricPoint): MetricDatum {
  return {
    MetricName: metric,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    Timestamp: new Date(minuteMs),
    Value: count,
    Unit: 'Count',
  };
}
