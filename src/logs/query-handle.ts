import { isSeal, seal } from '../seal.js';

/** Whose query it is: a handle opens for the same caller, account and region only. */
export interface QueryOwner {
  readonly issuer: string;
  readonly subject: string;
  readonly account: string;
  readonly region: string;
}

/**
 * The handle a caller gets for a query: `<AWS query id>.<MAC>`. IAM cannot restrict query ids, so the MAC is what ties
 * the query to its owner; any replica with the secret can check it.
 */
export function sealQueryId(secret: string, queryId: string, owner: QueryOwner): string {
  return `${queryId}.${seal(secret, factsOf(queryId, owner))}`;
}

/** The AWS query id in a handle, or undefined when no secret confirms that it is this owner's. */
export function openQueryId(secrets: readonly string[], handle: string, owner: QueryOwner): string | undefined {
  const dot = handle.lastIndexOf('.');
  const queryId = handle.slice(0, Math.max(dot, 0));
  if (!/^[A-Za-z0-9-]{1,256}$/.test(queryId)) return undefined;
  return isSeal(secrets, factsOf(queryId, owner), handle.slice(dot + 1)) ? queryId : undefined;
}

function factsOf(queryId: string, { issuer, subject, account, region }: QueryOwner): ['query', ...string[]] {
  return ['query', queryId, issuer, subject, account, region];
}
