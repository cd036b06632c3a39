import { createHash } from 'node:crypto';
import type { QueryInfo } from '@aws-sdk/client-cloudwatch-logs';
import { DAY_MS } from '../../cloudwatch/time-range.js';
import { isProbe } from './field-probe.js';
import type { FieldUse } from './field-uses.js';
import { queryFields } from './query-fields.js';

/** How far back queries count. */
export const HISTORY_DAYS = 30;

/** What is known of one field from the queries that read it. */
export interface FieldHistory {
  readonly field: string;
  /** Runs of queries that read it, and of those the ones that compare it with a literal by `=` or `in`. */
  readonly queries: number;
  readonly equality: number;
  /** Milliseconds since the epoch. */
  readonly lastUsed: number;
  /** Bytes that queries filtering on it scanned. */
  readonly bytes: number;
}

/**
 * The queries somebody ran, reduced to fields and counts.
 * SECURITY: DescribeQueries shows the texts of everybody in the account; they are read here and kept nowhere.
 */
export class IndexHistory {
  readonly #fields = new Map<string, FieldHistory>();
  readonly #known = new Map<string, ReadonlyMap<string, FieldUse>>();
  #queries = 0;

  constructor(private readonly now: Date) {}

  /** Counts one run of a query; those older than 30 days do not count. */
  add({ queryString = '', queryLanguage, createTime = 0, bytesScanned = 0 }: QueryInfo): void {
    if (createTime < this.now.getTime() - HISTORY_DAYS * DAY_MS || isProbe(queryString)) return;
    this.#queries += 1;
    for (const [field, use] of this.#fieldsOf(queryString, queryLanguage)) {
      const known = this.#fields.get(field) ?? { field, queries: 0, equality: 0, lastUsed: 0, bytes: 0 };
      this.#fields.set(field, {
        field,
        queries: known.queries + 1,
        equality: known.equality + (use === 'filter_equality' ? 1 : 0),
        lastUsed: Math.max(known.lastUsed, createTime),
        bytes: known.bytes + (use === 'display' ? 0 : bytesScanned),
      });
    }
  }

  get queries(): number {
    return this.#queries;
  }

  get uniqueQueries(): number {
    return this.#known.size;
  }

  /** The most used first. */
  fields(): readonly FieldHistory[] {
    return [...this.#fields.values()].toSorted((left, right) => right.queries - left.queries);
  }

  /** Dashboards run the same text again and again; it is read once. */
  #fieldsOf(text: string, language: QueryInfo['queryLanguage']): ReadonlyMap<string, FieldUse> {
    const key = createHash('sha256').update(`${language}\n${text}`).digest('base64');
    const known = this.#known.get(key) ?? queryFields(text, language);
    this.#known.set(key, known);
    return known;
  }
}
