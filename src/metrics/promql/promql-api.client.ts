import type { z } from 'zod';
import { collectPart, partOf } from '../../cloudwatch/answer-part.js';
import { isoTime } from '../../cloudwatch/iso-time.js';
import { readCursor } from '../../cloudwatch/page-cursor.js';
import { targetOf, type TargetInput } from '../../cloudwatch/target-input.js';
import type { TimeRange } from '../../cloudwatch/time-range.js';
import type { CredentialsService } from '../../credentials/credentials.service.js';
import { checkPromqlAccounts } from './promql-accounts.js';
import { readPromqlAnswer } from './promql-answer.js';
import { promqlError } from './promql-error.js';
import type { promqlAnswerFields } from './promql-fields.js';

/** CloudWatch evaluates for 20 seconds at most, and a request may wait for its turn before. */
const TIMEOUT_MS = 25_000;
/** What CloudWatch answers at most (PromQL quotas). */
const MAX_SERIES = 500;
const MAX_LABELS = 10_000;

const QUERY = {
  operation: 'QueryMetrics',
  iamActions: ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
  most: MAX_SERIES,
};
const DISCOVERY = { iamActions: ['cloudwatch:ListMetrics'], most: MAX_LABELS };

/** What the tools ask: AWS's name for it, the IAM actions it needs and how much it answers at most. */
export const PROMQL_APIS = {
  query: { ...QUERY, path: '/api/v1/query' },
  queryRange: { ...QUERY, path: '/api/v1/query_range' },
  series: { ...DISCOVERY, operation: 'GetSeries', path: '/api/v1/series' },
  labels: { ...DISCOVERY, operation: 'GetLabels', path: '/api/v1/labels' },
};

/** One request, and what of its answer is listed. */
export interface PromqlQuestion<T, I> {
  readonly api: (typeof PROMQL_APIS)[keyof typeof PROMQL_APIS];
  /** Where it differs from that of the interface. */
  readonly path?: string;
  /** The argument that holds PromQL, and what stands in it. */
  readonly field: 'query' | 'match';
  readonly expressions: readonly string[];
  readonly range: TimeRange;
  /** Parameters besides the expressions. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly data: z.ZodType<T>;
  readonly itemsOf: (data: T) => readonly I[];
}

/** The caller, as far as a request needs them. */
export interface PromqlCaller {
  readonly credentials: CredentialsService;
  readonly budgetBytes: number;
  readonly input: TargetInput & { readonly cursor?: string | null };
}

/**
 * Asks CloudWatch's Prometheus-compatible API with the caller's own credentials. Gives as many items as fit, what the
 * answer says besides them (`promqlAnswerFields`), and the data itself.
 * @throws ServiceError naming the argument where CloudWatch refuses an expression
 */
export async function askPromql<T, I>(
  { credentials, budgetBytes, input }: PromqlCaller,
  { api, field, expressions, range, itemsOf, ...question }: PromqlQuestion<T, I>,
): Promise<{ items: I[]; data: T; fields: z.input<z.ZodObject<typeof promqlAnswerFields>> }> {
  const target = targetOf(input);
  checkPromqlAccounts(field, expressions, await credentials.owner(target));
  // A cursor that no answer gave is refused before anything is asked.
  readCursor(input.cursor);
  const name = field === 'match' ? 'match[]' : field;
  const request = {
    operation: api.operation,
    iamActions: api.iamActions,
    path: question.path ?? api.path,
    query: [...expressions.map((text) => [name, text] as const), ...question.parameters],
    timeoutMs: TIMEOUT_MS,
  };
  const json = await credentials.signedFetch(target, request).catch((error: unknown) => {
    throw promqlError(error, field);
  });
  const { data, warnings, infos } = readPromqlAnswer(json, question.data);
  const all = itemsOf(data);
  const part = await collectPart(
    { fetch: () => Promise.resolve(all), tokenOf: () => undefined, itemsOf: (items) => items },
    { cursor: input.cursor, limit: api.most, budgetBytes },
  );
  const leftOut = warnings > 0 && all.length >= api.most;
  const { truncated, ...counts } = partOf(part, { fromStart: true, ...(!leftOut && { total: all.length }) });
  return {
    items: [...part.items],
    data,
    fields: {
      time_range: { start: isoTime(range.start), end: isoTime(range.end) },
      warnings,
      infos,
      ...counts,
      ...(leftOut && { total: null }),
      truncated: truncated || leftOut,
    },
  };
}
