import { z } from 'zod';
import { canBeIndexed } from './default-indexes.js';
import type { Probe } from './field-probe.js';
import { type FieldHistory, HISTORY_DAYS, type IndexHistory } from './index-history.js';
import type { IndexedFields } from './index-policies.js';
import { scoreOf, scoreParts, type ScoreScale, type ScoreWeights } from './index-score.js';

const part = z.number();

const recommendation = z.object({
  field_name: z.string().describe('Field of the log events.'),
  score: z.number().describe('0 to 1; halved when no query compares the field by = or in.'),
  action: z.literal('CREATE_INDEX'),
  query_count: z.int().describe('Runs of queries that read it.'),
  filter_equality_count: z.int().describe('Of those, how many compare it by = or in.'),
  score_breakdown: z.object({
    frequency_score: part,
    filter_equality_score: part,
    recency_score: part,
    scan_volume_score: part,
    cardinality_score: part.nullable(),
  }),
});

/** What is recommended for one log group. */
export const groupRecommendation = z.object({
  recommendations: z.array(recommendation).describe('The best first.'),
  already_indexed: z
    .array(z.object({ field_name: z.string(), query_count: z.int(), source: z.string() }))
    .describe('Queried fields that have an index: of the LOG_GROUP, the ACCOUNT, or of AWS (DEFAULT, AUTO).'),
  fields_not_found: z
    .array(z.object({ field_name: z.string(), query_count: z.int() }))
    .describe('Queried fields that no log event of the last hour has.'),
  queries_analyzed: z.int(),
  unique_queries: z.int(),
  time_range_days: z.literal(HISTORY_DAYS),
  log_group: z.string(),
  warnings: z.array(z.string()),
});

export type GroupRecommendation = z.output<typeof groupRecommendation>;

/** What a recommendation is made of. */
export interface Evidence {
  readonly logGroup: string;
  readonly history: IndexHistory;
  readonly indexed: IndexedFields;
  readonly probe: Probe;
  readonly weights: ScoreWeights;
  readonly storedScore: number;
  readonly now: Date;
  readonly warnings: readonly string[];
}

/** The fields that an index could serve and that have none, as far as the history and the policies tell. */
export function candidateFields(history: IndexHistory, indexed: IndexedFields): readonly FieldHistory[] {
  return history.fields().filter(({ field }) => canBeIndexed(field) && !indexed.has(field));
}

/** Weighs the fields and says what the evidence says of each. */
export function recommend(evidence: Evidence): GroupRecommendation {
  const { history, indexed, probe } = evidence;
  const candidates = candidateFields(history, indexed);
  const missing = candidates.filter(({ field }) => probe?.get(field)?.exists === false);
  const present = candidates.filter((candidate) => !missing.includes(candidate));
  return {
    recommendations: scored(present, evidence),
    already_indexed: history.fields().flatMap(({ field, queries }) => {
      const source = canBeIndexed(field) ? indexed.get(field) : undefined;
      return source === undefined ? [] : [{ field_name: field, query_count: queries, source }];
    }),
    fields_not_found: missing.map(({ field, queries }) => ({ field_name: field, query_count: queries })),
    queries_analyzed: history.queries,
    unique_queries: history.uniqueQueries,
    time_range_days: HISTORY_DAYS,
    log_group: evidence.logGroup,
    warnings: [...evidence.warnings],
  };
}

function scored(
  fields: readonly FieldHistory[],
  { probe, weights, storedScore, now }: Evidence,
): GroupRecommendation['recommendations'] {
  const scale: ScoreScale = {
    now,
    mostQueries: fields.reduce((most, { queries }) => Math.max(most, queries), 0),
    mostBytes: fields.reduce((most, { bytes }) => Math.max(most, bytes), 0),
    storedScore,
  };
  return fields
    .map((field) => {
      const parts = scoreParts(field, scale, probe?.get(field.field)?.distinctValues);
      return {
        field_name: field.field,
        score: scoreOf(parts, weights),
        action: 'CREATE_INDEX' as const,
        query_count: field.queries,
        filter_equality_count: field.equality,
        score_breakdown: parts,
      };
    })
    .toSorted((left, right) => right.score - left.score);
}
