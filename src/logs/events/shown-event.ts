import { z } from 'zod';
import { isoTime } from '../../cloudwatch/iso-time.js';
import { untrustedOutput } from '../../mcp/untrusted-output.js';
import { endWithin } from './json-size.js';

const LONGEST_MESSAGE_BYTES = 10_000;

/** What every tool says of a log event. */
export const eventFields = {
  timestamp: z.string().describe('When it happened, ISO 8601 in UTC.'),
  ingestion_time: z.string().describe('When AWS received it.'),
  message: z.string().describe('Its text.'),
  full_length: z.int().optional().describe('Characters of the whole message, when it was cut.'),
};

export type ShownEvent = z.output<z.ZodObject<typeof eventFields>>;

/** A log event of the API, as far as every operation gives it. */
export interface ApiEvent {
  readonly timestamp?: number;
  readonly ingestionTime?: number;
  readonly message?: string;
}

export interface Showing {
  /** What the list of the answer may weigh; no message takes more than a third of it. */
  readonly budgetBytes: number;
  readonly maskSecrets: boolean;
}

/** A log event in our words, its message cut when it is very long. */
export function shownEvent(event: ApiEvent, { budgetBytes, maskSecrets }: Showing): ShownEvent {
  const times = { timestamp: timeOf(event.timestamp), ingestion_time: timeOf(event.ingestionTime) };
  const whole = event.message ?? '';
  const most = Math.min(LONGEST_MESSAGE_BYTES, Math.floor(budgetBytes / 3));
  if (endWithin(whole, 0, most) === whole.length) return { ...times, message: whole };
  // SECURITY: masked before it is cut; the half of a secret would not be recognised.
  const { output: text } = untrustedOutput(whole, { mask: maskSecrets });
  const message = text.slice(0, endWithin(text, 0, most));
  return { ...times, message, full_length: text.length };
}

/** What to do about messages that were cut, when there are any. */
export function cutNote(events: readonly Pick<ShownEvent, 'full_length'>[]): string | undefined {
  const cut = events.filter(({ full_length: length }) => length !== undefined).length;
  if (cut === 0) return undefined;
  return `Long messages were cut (${cut}); get_log_record gives a whole one by the @ptr of execute_log_insights_query.`;
}

/** Milliseconds since the epoch in our form. */
export function timeOf(ms: number | undefined): string {
  return isoTime(new Date(ms ?? 0));
}
