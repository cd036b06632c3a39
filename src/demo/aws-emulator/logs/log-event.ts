/** One event of a log stream. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly logStreamName: string;
  readonly message: string;
  /** Tells events of one group with the same timestamp apart, and stays the same from call to call. */
  readonly sequence: number;
}

/** Where an event stands in its group. */
export type EventPlace = Pick<LogEvent, 'timestamp' | 'sequence'>;

/** The group an event lies in. */
export interface RecordOrigin {
  readonly accountId: string;
  readonly logGroupName: string;
}

/** Ascending by time; events of one millisecond in the order they were written. */
export function byTime(left: EventPlace, right: EventPlace): number {
  return left.timestamp - right.timestamp || left.sequence - right.sequence;
}

/** The 56 digits AWS uses as an event id, ascending with the events of a group. */
export function eventId(event: EventPlace): string {
  return `3${String(event.timestamp).padStart(28, '0')}${String(event.sequence).padStart(27, '0')}`;
}

/** `@ptr` of an event: opaque to the caller, read again by `parseRecordPointer`. */
export function recordPointer(origin: RecordOrigin, event: EventPlace): string {
  const place = [origin.logGroupName, event.timestamp, event.sequence, origin.accountId];
  return Buffer.from(JSON.stringify(place)).toString('base64');
}

/** Undefined for a text that no query handed out. */
export function parseRecordPointer(pointer: string): (RecordOrigin & EventPlace) | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(pointer, 'base64').toString('utf8'));
    if (!Array.isArray(parts)) return undefined;
    const [logGroupName, timestamp, sequence, accountId] = parts as unknown[];
    if (typeof logGroupName !== 'string' || typeof accountId !== 'string') return undefined;
    if (typeof timestamp !== 'number' || typeof sequence !== 'number') return undefined;
    return { logGroupName, timestamp, sequence, accountId };
  } catch {
    return undefined;
  }
}
