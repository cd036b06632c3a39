import { z } from 'zod';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { queryFields, type QueryRow, type QueryState, toQueryFields } from './query-results.js';

/** The result of a pattern query. */
export const patternResult = z.object({
  ...queryFields,
  results: z
    .array(z.record(z.string(), z.unknown()))
    .describe('Patterns, the most frequent first; @logSamples holds at most one sample.'),
});

const BUDGET_BYTES = 150_000;

// Bulky, and of use to the console's renderer only.
const DROPPED = new Set(['@tokens', '@visualization']);

/** A pattern query's state as a tool answers it. */
export function toPatternResult(queryId: string, state: QueryState): z.output<typeof patternResult> {
  const rows = { items: state.rows.items.map(toPattern), truncated: state.rows.truncated };
  const { items, truncated } = withinBudget(rows, BUDGET_BYTES);
  return { ...toQueryFields(queryId, state), results: [...items], truncated };
}

/** A failed pattern query beside results that are worth having. */
export function failedPatternResult(message: string): z.output<typeof patternResult> {
  return { queryId: '', status: 'Error', statistics: null, message, results: [], truncated: false };
}

function toPattern(row: QueryRow): Record<string, unknown> {
  const kept = Object.entries(row).filter(([field]) => !DROPPED.has(field));
  return Object.fromEntries(
    kept.map(([field, value]) => [field, field === '@logSamples' ? firstSample(value) : value]),
  );
}

function firstSample(json: string): unknown {
  try {
    const samples: unknown = JSON.parse(json);
    return Array.isArray(samples) ? samples.slice(0, 1) : samples;
  } catch {
    return json;
  }
}
