import { z } from 'zod';
import { ServiceError } from '../errors.js';
import { openQueryId, type QueryOwner } from './query-handle.js';

/** The argument by which the tools for a started query name it. */
export const queryIdInput = z
  .string()
  .min(1, 'must not be empty')
  .max(512, 'must be a queryId as execute_log_insights_query returned it')
  .describe('queryId of execute_log_insights_query.');

/**
 * The AWS query id behind a caller's handle.
 * @throws ServiceError `unknown_query`, the same whether the query is another's, elsewhere or made up
 */
export function ownQueryId(secrets: readonly string[], handle: string, owner: QueryOwner): string {
  const queryId = openQueryId(secrets, handle, owner);
  if (queryId !== undefined) return queryId;
  throw new ServiceError(
    'unknown_query',
    'query_id: not a query of yours in this account and region. Use the queryId that execute_log_insights_query returned, with the same region and account.',
  );
}
