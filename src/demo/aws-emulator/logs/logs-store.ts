import type { QueryInfo } from '@aws-sdk/client-cloudwatch-logs';
import type { AnomalyDetector, LogAnomaly } from './log-anomalies.js';
import type { FieldIndexing } from './field-indexing.js';
import { LogGroup, type LogGroupClass } from './log-group.js';
import { QueryLedger } from './query-ledger.js';

export interface SavedQuery {
  readonly queryDefinitionId: string;
  readonly name: string;
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export interface LogsStoreContent {
  readonly groups: readonly LogGroup[];
  readonly savedQueries: readonly SavedQuery[];
  readonly detectors: readonly AnomalyDetector[];
  readonly anomalies: readonly LogAnomaly[];
  /** Queries of the time before the emulator started, newest first. */
  readonly pastQueries: readonly QueryInfo[];
  readonly indexing: FieldIndexing;
}

/** CloudWatch Logs of one account. */
export class LogsStore {
  readonly savedQueries: readonly SavedQuery[];
  readonly detectors: readonly AnomalyDetector[];
  readonly anomalies: readonly LogAnomaly[];
  readonly pastQueries: readonly QueryInfo[];
  readonly indexing: FieldIndexing;
  readonly queries = new QueryLedger();
  readonly #groups: Map<string, LogGroup>;

  constructor(
    content: LogsStoreContent,
    private readonly now: () => Date,
  ) {
    this.#groups = new Map(content.groups.map((group) => [group.name, group]));
    this.savedQueries = content.savedQueries;
    this.detectors = content.detectors;
    this.anomalies = content.anomalies;
    this.pastQueries = content.pastQueries;
    this.indexing = content.indexing;
  }

  /** By name, ascending. */
  groups(): LogGroup[] {
    return [...this.#groups.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  group(name: string): LogGroup | undefined {
    return this.#groups.get(name);
  }

  /** Adds an empty group that keeps its events for ever. */
  createGroup(name: string, logGroupClass: LogGroupClass): void {
    const creationTime = this.now().getTime();
    const settings = { name, logGroupClass, creationTime, metricFilterCount: 0, storedBytes: 0 };
    this.#groups.set(name, new LogGroup(settings, this.now));
  }
}
