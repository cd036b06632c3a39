import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOG } from '../audit/log.module.js';
import type { MetricPoint } from './cloudwatch-metrics.js';
import { embeddedMetrics } from './embedded-metrics.js';

/** Writes metrics as lines of the log that CloudWatch Logs makes metrics of; no level of the log hides them. */
@Injectable()
export class EmbeddedMetricsSink {
  readonly #log: Logger;

  constructor(@Inject(LOG) log: Logger) {
    this.#log = log.child({}, { level: 'info' });
  }

  write(points: readonly MetricPoint[]): void {
    for (const line of embeddedMetrics(points)) this.#log.info(line);
  }
}
