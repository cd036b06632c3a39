import { write } from 'node:fs';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { SecurityMetricsService } from '../metrics/security-metrics.service.js';
import type { LogStream } from '../security-event.js';
import { SecurityEventsService } from '../security-events.service.js';
import { LOG, LOG_STREAMS } from './log.module.js';
import type { SinkObserver } from './log.sink.js';
import type { LogStreams } from './log-streams.factory.js';

const SAY_EVERY_MS = 60_000;
const STDERR = 2;

/** Tells of logs that cannot be written: every lost line is counted, and once a minute it is said where it can be read. */
@Injectable()
export class LogLossService implements OnModuleInit {
  constructor(
    @Inject(LOG_STREAMS) private readonly streams: LogStreams,
    @Inject(LOG) private readonly log: Logger,
    private readonly metrics: SecurityMetricsService,
    private readonly events: SecurityEventsService,
  ) {}

  onModuleInit(): void {
    for (const [stream, sink] of this.streams.sinks) sink.observer = this.#observer(stream);
  }

  #observer(stream: LogStream): SinkObserver {
    let saidAt = -Infinity;
    let fault = 'too many lines at once';
    let lostLines = 0;
    const say = (): void => {
      if (performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      this.#say(stream, fault, lostLines);
    };
    return {
      failing: (found) => {
        fault = found;
        say();
      },
      lost: (lines) => {
        lostLines += lines;
        this.metrics.countLinesLost(stream, lines);
        say();
      },
      restored: () => {
        this.events.record({ name: 'log.restored', stream, fault, lostLines });
        lostLines = 0;
        saidAt = -Infinity;
      },
    };
  }

  /** SECURITY: a log that fails cannot tell of itself. Standard error is the last resort, without waiting for it. */
  #say(stream: LogStream, fault: string, lostLines: number): void {
    const text = `the ${stream} log cannot be written (${fault}): requests are served on, lines are kept in memory, ${lostLines} are lost so far`;
    const apart = this.streams.audit !== this.streams.application;
    if (stream === 'audit' && apart)
      this.log.error({ event: { name: 'log.failing' }, log: { stream, fault, lost_lines: lostLines } }, text);
    else write(STDERR, `${text}\n`, () => undefined);
  }
}
