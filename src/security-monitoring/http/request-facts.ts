import type { RequestFacts } from '../security-event.js';

const factsOf = new WeakMap<object, RequestFacts>();

/** Remembers what is known of an HTTP request for as long as the request object lives. */
export function setRequestFacts(request: object, facts: RequestFacts): void {
  factsOf.set(request, facts);
}

/**
 * The facts of a request that passed the request-id middleware.
 * @throws Error when it did not: a wiring mistake, never a caller's fault
 */
export function requestFacts(request: object): RequestFacts {
  const facts = factsOf.get(request);
  if (facts === undefined) throw new Error('the request did not pass the request-id middleware');
  return facts;
}
