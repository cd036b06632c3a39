import { byTime, type LogEvent } from './log-event.js';

export type LogGroupClass = 'STANDARD' | 'INFREQUENT_ACCESS';

export interface LogGroupSettings {
  readonly name: string;
  readonly logGroupClass: LogGroupClass;
  /** Absent: events never expire. */
  readonly retentionInDays?: number;
  /** Milliseconds since the epoch, as everything here. */
  readonly creationTime: number;
  readonly metricFilterCount: number;
  /** Bytes already there when the emulator starts. */
  readonly storedBytes: number;
}

/** Writes a group's past and present on demand; the same minute always has the same events. */
export interface EventSource {
  /** First time that has events. */
  readonly from: number;
  /** Events of one minute since the epoch, ascending. */
  eventsOfMinute(minute: number): readonly LogEvent[];
  /** Streams that were written to in the range. */
  streams(from: number, to: number): readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

export interface LogStreamState {
  readonly name: string;
  readonly creationTime: number;
  readonly firstEventTimestamp?: number;
  readonly lastEventTimestamp?: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Sequence numbers below belong to the events a source makes up. */
const FIRST_WRITTEN_SEQUENCE = 1_000_000;

/** A log group: what its source tells of the time up to now, and what callers wrote. */
export class LogGroup {
  readonly #created = new Map<string, number>();
  readonly #written: LogEvent[] = [];
  #writtenBytes = 0;

  constructor(
    readonly settings: LogGroupSettings,
    private readonly now: () => Date,
    private readonly source?: EventSource,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  get storedBytes(): number {
    return this.settings.storedBytes + this.#writtenBytes;
  }

  /** Events from `from` to `to`, both included, ascending; nothing of the future and nothing that expired. */
  events(from: number, to: number): LogEvent[] {
    const first = Math.max(from, this.#oldest());
    const last = Math.min(to, this.now().getTime());
    const events: LogEvent[] = [];
    if (this.source && first <= last) collect(this.source, first, last, events);
    const written = this.#written.filter(({ timestamp }) => timestamp >= first && timestamp <= last);
    return written.length === 0 ? events : [...events, ...written].sort(byTime);
  }

  /** Time of the oldest event there can be. */
  earliest(): number {
    const written = this.#written.reduce((least, { timestamp }) => Math.min(least, timestamp), Infinity);
    return Math.max(this.#oldest(), Math.min(this.source?.from ?? Infinity, written));
  }

  streams(): LogStreamState[] {
    const now = this.now().getTime();
    const seeded = this.source?.streams(Math.max(this.#oldest(), this.source.from), now) ?? [];
    const states = seeded.map(({ name, from, to }) => ({
      name,
      creationTime: from,
      firstEventTimestamp: from,
      lastEventTimestamp: Math.min(to, now),
    }));
    return [...states, ...[...this.#created].map(([name, creationTime]) => this.#createdStream(name, creationTime))];
  }

  stream(name: string): LogStreamState | undefined {
    return this.streams().find((stream) => stream.name === name);
  }

  /** Adds an empty stream. */
  createStream(name: string): void {
    this.#created.set(name, this.now().getTime());
  }

  write(logStreamName: string, events: readonly { readonly timestamp: number; readonly message: string }[]): void {
    const ingestionTime = this.now().getTime();
    for (const { timestamp, message } of events) {
      const sequence = FIRST_WRITTEN_SEQUENCE + this.#written.length;
      this.#written.push({ timestamp, ingestionTime, logStreamName, message, sequence });
      this.#writtenBytes += Buffer.byteLength(message) + 26;
    }
  }

  #createdStream(name: string, creationTime: number): LogStreamState {
    const times = this.#written.filter((event) => event.logStreamName === name).map(({ timestamp }) => timestamp);
    if (times.length === 0) return { name, creationTime };
    times.sort((left, right) => left - right);
    return { name, creationTime, firstEventTimestamp: times[0], lastEventTimestamp: times.at(-1) };
  }

  #oldest(): number {
    const days = this.settings.retentionInDays;
    return days === undefined ? 0 : this.now().getTime() - days * DAY_MS;
  }
}

function collect(source: EventSource, first: number, last: number, into: LogEvent[]): void {
  const lastMinute = Math.floor(last / MINUTE_MS);
  for (let minute = Math.floor(Math.max(first, source.from) / MINUTE_MS); minute <= lastMinute; minute += 1) {
    for (const event of source.eventsOfMinute(minute)) {
      if (event.timestamp >= first && event.timestamp <= last) into.push(event);
    }
  }
}
