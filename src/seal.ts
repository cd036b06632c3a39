import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A MAC (HMAC-SHA256, whole, base64url) over facts as JSON, since joined strings are ambiguous. The first fact names the
 * purpose, which keeps MACs of different purposes under one secret apart.
 */
export function seal(secret: string, facts: readonly [purpose: string, ...rest: string[]]): string {
  return createHmac('sha256', secret).update(JSON.stringify(facts)).digest('base64url');
}

/**
 * Whether `presented` seals these facts under one of the secrets.
 * SECURITY: compares in constant time and tries every secret, so that timing tells nothing.
 */
export function isSeal(
  secrets: readonly string[],
  facts: readonly [purpose: string, ...rest: string[]],
  presented: string,
): boolean {
  const given = Buffer.from(presented);
  let confirmed = false;
  for (const secret of secrets) {
    const expected = Buffer.from(seal(secret, facts));
    if (given.length === expected.length && timingSafeEqual(given, expected)) confirmed = true;
  }
  return confirmed;
}
