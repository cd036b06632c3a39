import { DAY_MS } from '../../cloudwatch/time-range.js';
import type { FieldHistory } from './index-history.js';

/** The parts of a score, each from 0 to 1. */
export interface ScoreParts {
  readonly frequency_score: number;
  readonly filter_equality_score: number;
  readonly recency_score: number;
  readonly scan_volume_score: number;
  readonly cardinality_score: number | null;
}

/** What the fields are measured against. */
export interface ScoreScale {
  readonly now: Date;
  readonly mostQueries: number;
  readonly mostBytes: number;
  /** For fields of which no query's bytes are known: 1 where the log group holds anything. */
  readonly storedScore: number;
}

export type ScoreWeights = Readonly<Record<keyof ScoreParts, number>>;

/** With a look at the log group itself. */
export const FULL_WEIGHTS: ScoreWeights = {
  frequency_score: 0.3,
  filter_equality_score: 0.25,
  recency_score: 0.15,
  scan_volume_score: 0.15,
  cardinality_score: 0.15,
};

/** From the history alone. */
export const TRIAGE_WEIGHTS: ScoreWeights = {
  frequency_score: 0.4,
  filter_equality_score: 0.35,
  recency_score: 0.25,
  scan_volume_score: 0,
  cardinality_score: 0,
};

/** An index spares bytes for `=` and `in` alone. */
const NEVER_EQUALITY = 0.5;
const HALF_LIFE_DAYS = 7;
const MANY_VALUES = 1_000;

/** How far a field's history speaks for an index, part by part. */
export function scoreParts(history: FieldHistory, scale: ScoreScale, distinctValues?: number): ScoreParts {
  const days = Math.max(0, scale.now.getTime() - history.lastUsed) / DAY_MS;
  return {
    frequency_score: rounded(history.queries / Math.max(1, scale.mostQueries)),
    filter_equality_score: rounded(history.equality / Math.max(1, history.queries)),
    recency_score: rounded(0.5 ** (days / HALF_LIFE_DAYS)),
    scan_volume_score: scale.mostBytes > 0 ? rounded(history.bytes / scale.mostBytes) : scale.storedScore,
    cardinality_score: distinctValues === undefined ? null : rounded(Math.min(distinctValues / MANY_VALUES, 1)),
  };
}

/** The weighted sum, halved for a field that no query compares by `=` or `in`. */
export function scoreOf(parts: ScoreParts, weights: ScoreWeights): number {
  const sum = Object.entries(weights).reduce((total, [name, weight]) => {
    return total + weight * (parts[name as keyof ScoreParts] ?? 0);
  }, 0);
  return rounded(parts.filter_equality_score === 0 ? sum * NEVER_EQUALITY : sum);
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
