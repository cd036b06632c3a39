import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whose query it is: a handle opens for the same caller, account and region only. */
export interface QueryOwner {
  readonly issuer: string;
  readonly subject: string;
  readonly account: string;
  readonly region: string;
}

/**
 * The handle a caller gets for a query: `<AWS query id>.<MAC>`. IAM cannot restrict query ids, so the MAC
 * (HMAC-SHA256, whole, base64url) is what ties the query to its owner; any replica with the secret can check it.
 */
export function sealQueryId(secret: string, queryId: string, owner: QueryOwner): string {
  return `${queryId}.${mac(secret, queryId, owner)}`;
}

/**
 * The AWS query id in a handle, or undefined when no secret confirms that it is this owner's.
 * SECURITY: compares in constant time and tries every secret, so that timing tells nothing.
 */
export function openQueryId(secrets: readonly string[], handle: string, owner: QueryOwner): string | undefined {
  const dot = handle.lastIndexOf('.');
  const queryId = handle.slice(0, Math.max(dot, 0));
  if (!/^[A-Za-z0-9-]{1,256}$/.test(queryId)) return undefined;
  const presented = Buffer.from(handle.slice(dot + 1));
  let confirmed = false;
  for (const secret of secrets) {
    const expected = Buffer.from(mac(secret, queryId, owner));
    if (presented.length === expected.length && timingSafeEqual(presented, expected)) confirmed = true;
  }
  return confirmed ? queryId : undefined;
}

function mac(secret: string, queryId: string, { issuer, subject, account, region }: QueryOwner): string {
  // The purpose keeps these MACs apart from any other that is made with the same secret.
  const text = JSON.stringify(['query', queryId, issuer, subject, account, region]);
  return createHmac('sha256', secret).update(text).digest('base64url');
}
