import { z } from 'zod';
import { withinBudget } from '../cloudwatch/result-budget.js';
import { ServiceError } from '../errors.js';
import { queryFields, type QueryRow, type QueryState, toQueryFields } from './query-results.js';

/** The result of a pattern query. */
export const patternResult = z.object({
  ...queryFields,
  results: z
    .array(z.record(z.string(), z.unknown()))
    .describe('Patterns, the most frequent first; @logSamples holds at most one sample.'),
  truncated: z.boolean().describe('True when there are more rows than returned.'),
});

/** A pattern query and its AWS id. */
type StartedPatterns = QueryState & { readonly queryId: string };

// Bulky, and of use to the console's renderer only.
const DROPPED = new Set(['@tokens', '@visualization']);

/** A pattern query's state as a tool answers it, cut to the budget. */
export function toPatternResult(
  queryId: string,
  state: QueryState,
  budgetBytes: number,
): z.output<typeof patternResult> {
  const rows = { items: state.rows.items.map(toPattern), truncated: state.rows.nextCursor !== null };
  const { items, truncated } = withinBudget(rows, budgetBytes);
  return { ...toQueryFields(queryId, state), results: [...items], truncated };
}

/** A pattern query as a tool answers it, also one that failed beside results that are worth having. */
export function toPatternAnswer(
  query: StartedPatterns | ServiceError,
  handleOf: (queryId: string) => string,
  budgetBytes: number,
): z.output<typeof patternResult> {
  if (!(query instanceof ServiceError)) return toPatternResult(handleOf(query.queryId), query, budgetBytes);
  const { message } = query;
  return { queryId: '', status: 'Error', statistics: null, cost: null, message, results: [], truncated: false };
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
