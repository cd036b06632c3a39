import { z } from 'zod';
import { withinBudget } from '../../cloudwatch/result-budget.js';
import { type TimeRange, toUsedRange, usedRange } from '../../cloudwatch/time-range.js';
import { scanCost, toScanCost } from '../scan-cost.js';
import { scanEstimate, type ScanEstimate, toScanEstimate } from '../scan-estimate.js';
import { hintForRest } from './more-rows.js';
import type { BatchOutcome } from './run-batch.client.js';

const count = z.int();

/** The answer of a batch. */
export const batchResult = z.object({
  summary: z.object({
    total_log_groups: count.describe('Different log groups asked for.'),
    total_regions: count.describe('Regions read.'),
    total_chunks: count.describe('Portions of at most 50 log groups of a Region, one query each.'),
    successful_chunks: count.describe('Portions read whole.'),
    retried_chunks: count.describe('Portions of which a query ran again.'),
    re_chunked: count.describe('How many times a time range was halved.'),
    failed_chunks: count.describe('Portions not read whole; warnings say why.'),
    total_records_returned: count.describe('Rows in this answer.'),
    warnings: z.array(z.string()).describe('What is missing, and why.'),
  }),
  results: z
    .array(z.record(z.string(), z.string()))
    .describe('Rows in the order of the query, newest first by default; _region and _logGroups say where from.'),
  time_range: usedRange,
  cost: scanCost.nullable().describe('What all scans cost.'),
  scan_estimate: scanEstimate,
  returned: count.describe('How many rows are in this answer.'),
  total: count.nullable().describe('How many rows there are in all; null where not known.'),
  truncated: z.boolean().describe('True when there are more rows.'),
  hint: z.string().nullable().describe('How to get more rows.'),
});

export interface AnswerFrame {
  readonly estimate: ScanEstimate | undefined;
  readonly range: TimeRange;
  readonly budgetBytes: number;
}

const MAX_WARNINGS = 50;

/** A batch as the tool answers it, cut to the size an answer may have. */
export function toBatchResult(batch: BatchOutcome, frame: AnswerFrame): z.output<typeof batchResult> {
  const { chunks, outcomes } = batch;
  const { items } = withinBudget({ items: batch.rows, truncated: false }, frame.budgetBytes);
  const total = totalRows(batch);
  const truncated = total === null ? hasMore(batch, items.length) : total > items.length;
  const incomplete = outcomes.filter(({ error }) => error !== undefined).length;
  return {
    summary: {
      total_log_groups: new Set(chunks.flatMap(({ logGroups }) => logGroups)).size,
      total_regions: new Set(chunks.map(({ region }) => region)).size,
      total_chunks: chunks.length,
      successful_chunks: chunks.length - incomplete,
      retried_chunks: outcomes.filter(({ retried }) => retried).length,
      re_chunked: outcomes.reduce((sum, { splits }) => sum + splits, 0),
      failed_chunks: incomplete,
      total_records_returned: items.length,
      warnings: [...warningsOf(batch)],
    },
    results: [...items],
    time_range: toUsedRange(frame.range),
    cost: toScanCost(batch.bytesScanned),
    scan_estimate: toScanEstimate(frame.estimate),
    returned: items.length,
    total,
    truncated,
    hint: truncated
      ? hintForRest({
          rows: items,
          order: batch.shape.aggregates ? [] : batch.shape.order,
          range: frame.range,
          tooLarge: items.length < batch.rows.length,
        })
      : null,
  };
}

/** Known when everything was read, and AWS told how much it held back. */
function totalRows({ outcomes, read, ownLimit }: BatchOutcome): number | null {
  let unread = 0;
  for (const outcome of outcomes) {
    if (outcome.error !== undefined || outcome.unread === undefined) return null;
    unread += outcome.unread;
  }
  return Math.min(read + unread, ownLimit ?? Infinity);
}

function hasMore({ outcomes, read }: BatchOutcome, returned: number): boolean {
  return read > returned || outcomes.some(({ unread }) => unread !== 0);
}

function warningsOf({ outcomes, missingKeys }: BatchOutcome): readonly string[] {
  const warnings = outcomes.flatMap((outcome) => outcome.warnings);
  if (missingKeys.length > 0) {
    warnings.unshift(
      `The rows do not carry ${missingKeys.join(', ')}, so that the rows of different queries are not in one order; add it to fields.`,
    );
  }
  if (warnings.length <= MAX_WARNINGS) return warnings;
  return [...warnings.slice(0, MAX_WARNINGS), `${warnings.length - MAX_WARNINGS} more warnings.`];
}
