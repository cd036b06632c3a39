import { type LogEvent, type RecordOrigin, recordPointer } from '../log-event.js';
import { discoverFields, fieldAt } from './discovered-fields.js';
import { Timestamp, type Value } from './value.js';

/** One line of the working table of a query. */
export interface Row {
  get(name: string): Value;
  set(name: string, value: Value): void;
}

/** A log event: system fields, what queries computed, and fields discovered in the message on first use. */
export class RecordRow implements Row {
  #computed: Map<string, Value> | undefined;
  #discovered: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly event: LogEvent,
    readonly origin: RecordOrigin,
  ) {}

  get(name: string): Value {
    if (this.#computed?.has(name)) return this.#computed.get(name);
    switch (name) {
      case '@message':
        return this.event.message;
      case '@timestamp':
        return new Timestamp(this.event.timestamp);
      case '@logStream':
        return this.event.logStreamName;
      case '@log':
        return `${this.origin.accountId}:${this.origin.logGroupName}`;
      case '@ingestionTime':
        return new Timestamp(this.event.ingestionTime);
      case '@ptr':
        return recordPointer(this.origin, this.event);
      default:
        this.#discovered ??= discoverFields(this.event.message);
        return fieldAt(this.#discovered, name);
    }
  }

  set(name: string, value: Value): void {
    this.#computed ??= new Map();
    this.#computed.set(name, value);
  }
}

/** A line that a command such as `stats` made: only what it was given. */
export class ComputedRow implements Row {
  readonly #values: Map<string, Value>;

  constructor(values: Iterable<readonly [string, Value]>) {
    this.#values = new Map(values);
  }

  get(name: string): Value {
    return this.#values.get(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}
