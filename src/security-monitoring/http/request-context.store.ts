import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestFacts } from '../security-event.js';

/** The request in whose course code runs; only the log reads it, so that every line carries the request's ids. */
export const requestContext = new AsyncLocalStorage<RequestFacts>();
