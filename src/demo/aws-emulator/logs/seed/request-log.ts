import {
  DAY_MS,
  failuresInMinute,
  MINUTE_MS,
  random,
  requestLatencyMs,
  requestsInMinute,
  type Service,
} from '../../scenario.js';
import { byTime, type LogEvent } from '../log-event.js';
import type { EventSource } from '../log-group.js';
import { drawnHex, drawnUuid } from './drawn-id.js';

/** One request as a service logs it; the scenario's metrics count the same requests. */
export interface LoggedRequest {
  /** The same in every service that took part. */
  readonly requestId: string;
  /** Position in its minute: the failed ones come first. */
  readonly index: number;
  /** When it ended, milliseconds since the epoch. */
  readonly at: number;
  readonly latencyMs: number;
  readonly failed: boolean;
  /** Hangs on the failing dependency, whether it fails at last or not. */
  readonly slow: boolean;
  /** One of the options; the same for the same request and key. */
  pick<T>(key: string, options: readonly T[]): T;
  /** A whole number from `least` to `most`. */
  number(key: string, least: number, most: number): number;
}

/** A message and how many milliseconds after the request's end it was written (before it: negative). */
export interface LoggedLine {
  readonly message: string;
  readonly afterMs?: number;
}

/** A request's first line is at most this much older than its last, so that both lie in its minute. */
export const LONGEST_MS = 10_900;

export interface RequestLogOptions {
  readonly service: Service;
  /** Seed that all services of the account share, so that a request has one id and one time everywhere. */
  readonly accountSeed: number;
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** How long after the account's request this service writes: inner services first. */
  readonly delayMs: number;
  readonly lines: (request: LoggedRequest) => readonly LoggedLine[];
  /** Lines that no request causes, at most a few a minute. */
  readonly background?: (minute: number) => readonly LoggedLine[];
}

/** Requests beyond this latency, relative to the median, are the stuck ones. */
const SLOW_FACTOR = 8;
const EARLIEST_END_MS = 11_000;
const ENDS_WITHIN_MS = 48_000;

/** The log of a service: lines for each request of the scenario, spread over its minute. */
export function requestLog(options: RequestLogOptions): EventSource {
  const naming = options.service.runsOn === 'lambda' ? lambdaStreams : taskStreams;
  return {
    from: options.from,
    streams: (from, to) => naming.between(options.service, from, to),
    eventsOfMinute: (minute) => eventsOfMinute(options, naming, minute),
  };
}

function eventsOfMinute(options: RequestLogOptions, naming: StreamNaming, minute: number): LogEvent[] {
  const { service } = options;
  const at = new Date(minute * MINUTE_MS);
  const events: LogEvent[] = [];
  const streams = naming.at(service, at.getTime());
  const write = (line: LoggedLine, time: number, streamIndex: number): void => {
    const timestamp = time + (line.afterMs ?? 0);
    const logStreamName = streams[streamIndex % streams.length] ?? '';
    const sequence = events.length;
    events.push({ timestamp, ingestionTime: timestamp + 850, logStreamName, message: line.message, sequence });
  };
  for (const line of options.background?.(minute) ?? []) write(line, at.getTime(), minute);
  const requests = requestsInMinute(service, at);
  const failures = failuresInMinute(service, at);
  for (let index = 0; index < requests; index += 1) {
    const request = requestAt(options, at, minute, index, index < failures);
    for (const line of options.lines(request)) write(line, request.at, index);
  }
  return events.sort(byTime);
}

function requestAt(
  { service, accountSeed, delayMs }: RequestLogOptions,
  minuteStart: Date,
  minute: number,
  index: number,
  failed: boolean,
): LoggedRequest {
  const latencyMs = requestLatencyMs(service, minuteStart, index);
  const draw = (key: string): number => random(accountSeed, minute, index, key);
  return {
    requestId: drawnUuid(accountSeed, minute, index),
    index,
    at: minuteStart.getTime() + EARLIEST_END_MS + Math.floor(draw('at') * ENDS_WITHIN_MS) + delayMs,
    latencyMs: Math.round(latencyMs * 10) / 10,
    failed,
    slow: latencyMs > SLOW_FACTOR * service.medianLatencyMs,
    pick: (key, choices) => choices[Math.floor(draw(key) * choices.length)] as (typeof choices)[number],
    number: (key, least, most) => least + Math.floor(draw(key) * (most - least + 1)),
  };
}

interface StreamNaming {
  at(service: Service, time: number): readonly string[];
  between(service: Service, from: number, to: number): { name: string; from: number; to: number }[];
}

/** Two tasks at a time; a deployment replaces both every third day. */
const taskStreams = rotatingStreams(3 * DAY_MS, 2, ({ name }, _start, id) => `ecs/${name}/${id}`);

/** Two execution environments a day. */
const lambdaStreams = rotatingStreams(
  DAY_MS,
  2,
  (_service, start, id) => `${new Date(start).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`,
);

function rotatingStreams(
  periodMs: number,
  parallel: number,
  nameOf: (service: Service, periodStart: number, id: string) => string,
): StreamNaming {
  const namesIn = (service: Service, period: number): string[] =>
    Array.from({ length: parallel }, (_, index) =>
      nameOf(service, period * periodMs, drawnHex(service.seed, 'stream', period, index)),
    );
  return {
    at: (service, time) => namesIn(service, Math.floor(time / periodMs)),
    between: (service, from, to) => {
      const streams = [];
      for (let period = Math.floor(from / periodMs); period * periodMs <= to; period += 1) {
        const range = { from: Math.max(from, period * periodMs), to: Math.min(to, (period + 1) * periodMs - 1) };
        for (const name of namesIn(service, period)) streams.push({ name, ...range });
      }
      return streams;
    },
  };
}
