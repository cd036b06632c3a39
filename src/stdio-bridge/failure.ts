export type FailureReason =
  | 'configuration'
  | 'dns'
  | 'unreachable'
  | 'connect_timeout'
  | 'certificate'
  | 'tls'
  | 'proxy'
  | 'connection_lost'
  | 'timeout'
  | 'stopping'
  | 'redirect'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'rate_limited'
  | 'unavailable'
  | 'refused'
  | 'server_failure'
  | 'not_mcp'
  | 'too_large'
  | 'too_busy';

/**
 * When the same message may be sent again: `safe` because the server never saw it, `idempotent` because it may have
 * seen it, so only what changes and costs nothing is repeated.
 */
export type Repeat = 'safe' | 'idempotent' | 'never';

export interface FailureFacts {
  readonly repeat?: Repeat;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

/** Why a request has no answer of the server: words for the person at the client, never text that came from outside. */
export class Failure extends Error {
  readonly repeat: Repeat;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly reason: FailureReason,
    words: string,
    { repeat = 'never', status, retryAfterSeconds }: FailureFacts = {},
  ) {
    super(words);
    this.repeat = repeat;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const IDEMPOTENT = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
]);
/** Two more tries within about a second: so long a restarted server or a flapping network may take unnoticed. */
const PAUSES_MS = [250, 1000];

/**
 * How long to wait before a failed message is sent again, after `tries` tries; undefined when it must not be. A tool
 * call that may have reached the server is never repeated.
 */
export function pauseBeforeRepeat(failure: Failure, method: string, tries: number): number | undefined {
  if (failure.repeat === 'safe') return PAUSES_MS[tries - 1];
  if (failure.repeat === 'idempotent' && IDEMPOTENT.has(method) && tries === 1) return PAUSES_MS[0];
  return undefined;
}
