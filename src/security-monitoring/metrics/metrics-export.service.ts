import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CloudWatchMetricsSink } from './cloudwatch-metrics.sink.js';
import { EmbeddedMetricsSink } from './embedded-metrics.sink.js';
import { FailureMinutes } from './failure-minutes.js';
import { NamedAddresses } from './named-addresses.js';
import { SecurityMetricsService } from './security-metrics.service.js';

const INTERVAL_MS = 60_000;
const LAST_EXPORT_MS = 2_000;
/** Addresses that the metrics of all replicas name within an hour. */
const NAMED_ADDRESSES = 50;

/**
 * Sends counts of failed authentications to the outlets that are switched on: every minute, and once more at the end,
 * for which it takes two seconds at most. Requests only count; nothing of this happens on their way.
 */
@Injectable()
export class MetricsExportService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #minutes: FailureMinutes;
  readonly #end = new AbortController();
  #timer?: NodeJS.Timeout;
  #exporting: Promise<void> = Promise.resolve();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly metrics: SecurityMetricsService,
    private readonly embedded: EmbeddedMetricsSink,
    private readonly cloudWatch: CloudWatchMetricsSink,
  ) {
    const share = Math.max(2, Math.floor(NAMED_ADDRESSES / config.limits.expectedReplicas));
    this.#minutes = new FailureMinutes(new NamedAddresses(share));
  }

  onApplicationBootstrap(): void {
    const { cloudWatch, embedded } = this.config.metrics;
    if (!cloudWatch && !embedded) return;
    this.metrics.listen((event) => {
      if (event.name !== 'auth.failure') return;
      const { clientIp, path } = event.request;
      this.#minutes.add({ reason: event.reason, clientIp, path }, Date.now());
    });
    this.#timer = setInterval(() => void this.export(), INTERVAL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    const over = AbortSignal.timeout(LAST_EXPORT_MS);
    const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve()));
    void ended.then(() => this.#end.abort());
    await Promise.race([this.export(), ended]);
    this.cloudWatch.close();
  }

  /** Sends what was counted since the last time, after an export that is still under way. Never rejects. */
  export(): Promise<void> {
    this.#exporting = this.#exporting.then(() => this.#export());
    return this.#exporting;
  }

  async #export(): Promise<void> {
    const { cloudWatch, embedded } = this.config.metrics;
    const points = this.#minutes.take();
    if (embedded) this.embedded.write(points);
    if (cloudWatch) await this.cloudWatch.write(points, Date.now(), this.#end.signal);
  }
}
