import { DAY_MS, type Service } from '../../scenario.js';
import { LogGroup, type LogGroupClass } from '../log-group.js';
import { type LoggedLine, type LoggedRequest, requestLog } from './request-log.js';

/** A log group and how its service writes into it. */
export interface SeededGroup {
  readonly name: string;
  readonly service: Service;
  readonly lines: (request: LoggedRequest) => readonly LoggedLine[];
  readonly background?: (minute: number) => readonly LoggedLine[];
  readonly logGroupClass?: LogGroupClass;
  readonly retentionInDays?: number;
  readonly metricFilterCount?: number;
  /** What the group says it stores; default: about what its events weigh. */
  readonly storedBytes?: number;
  /** How long after the account's request this service writes: inner services first. */
  readonly delayMs: number;
}

/** Groups are older than what they still hold. */
const CREATED_BEFORE_MS = 200 * DAY_MS;
const BYTES_A_REQUEST = 420;
const MEAN_TO_PEAK = 0.7;

/** Makes the log group; `historyFrom` is the first time with events. */
export function seededGroup(seed: SeededGroup, accountSeed: number, historyFrom: Date, now: () => Date): LogGroup {
  const { name, service, lines, background, delayMs, retentionInDays } = seed;
  const from = historyFrom.getTime();
  const requestsADay = service.peakRequestsPerMinute * MEAN_TO_PEAK * 1_440;
  return new LogGroup(
    {
      name,
      logGroupClass: seed.logGroupClass ?? 'STANDARD',
      creationTime: from - CREATED_BEFORE_MS,
      metricFilterCount: seed.metricFilterCount ?? 0,
      storedBytes: seed.storedBytes ?? Math.round(requestsADay * BYTES_A_REQUEST * Math.min(14, retentionInDays ?? 14)),
      ...(retentionInDays === undefined ? {} : { retentionInDays }),
    },
    now,
    requestLog({ service, accountSeed, from, delayMs, lines, ...(background ? { background } : {}) }),
  );
}
