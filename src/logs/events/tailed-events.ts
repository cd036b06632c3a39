import type { LiveTailSessionLogEvent, LiveTailSessionUpdate } from '@aws-sdk/client-cloudwatch-logs';
import { nameOfLogGroup } from '../log-group.js';
import { type Showing, type ShownEvent, shownEvent } from './shown-event.js';

export interface TailedEvent extends ShownEvent {
  log_group: string;
  log_stream: string;
}

export interface TailLimits extends Showing {
  readonly maxEvents: number;
  /** Groups of this account are shown by name alone. */
  readonly account: string;
}

/** What a session has brought so far, up to the limits of one answer. */
export class TailedEvents {
  readonly events: TailedEvent[] = [];
  /** Which limit was reached. */
  full?: 'max_events' | 'result_budget';
  /** AWS left events out because there were more than it sends in a second. */
  sampled = false;
  #bytes = 0;

  constructor(private readonly limits: TailLimits) {}

  /** Takes what still fits; false once there is no room for more. */
  add({ sessionMetadata, sessionResults = [] }: LiveTailSessionUpdate): boolean {
    if (sessionMetadata?.sampled === true) this.sampled = true;
    for (const result of sessionResults) if (!this.#take(result)) return false;
    if (this.events.length >= this.limits.maxEvents) this.full = 'max_events';
    return this.full === undefined;
  }

  #take(result: LiveTailSessionLogEvent): boolean {
    if (this.events.length >= this.limits.maxEvents) this.full = 'max_events';
    if (this.full !== undefined) return false;
    const event = this.#shown(result);
    this.#bytes += Buffer.byteLength(JSON.stringify(event)) + 1;
    if (this.#bytes > this.limits.budgetBytes && this.events.length > 0) this.full = 'result_budget';
    else this.events.push(event);
    return this.full === undefined;
  }

  #shown(result: LiveTailSessionLogEvent): TailedEvent {
    return {
      ...shownEvent(result, this.limits),
      log_group: this.#groupOf(result.logGroupIdentifier ?? ''),
      log_stream: result.logStreamName ?? '',
    };
  }

  /** AWS names a group by ARN, by `ACCOUNT:NAME` or by name. */
  #groupOf(identifier: string): string {
    const own = `${this.limits.account}:`;
    if (identifier.startsWith(own)) return identifier.slice(own.length);
    return identifier.startsWith('arn:') ? nameOfLogGroup(identifier) : identifier;
  }
}
