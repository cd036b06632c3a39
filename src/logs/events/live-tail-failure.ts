import { ServiceError } from '../../errors.js';

const REASONS: Readonly<Record<string, string>> = {
  SessionTimeoutException: 'AWS closed the Live Tail session because it had been open for too long.',
  SessionStreamingException: 'AWS broke the Live Tail session off because of a fault on its side.',
};

/**
 * What broke a running session off: an exception in its stream, or the connection. SECURITY: the text is ours, AWS's
 * own words go to the operator's log.
 */
export function liveTailFailure(error: unknown): ServiceError {
  const name = error instanceof Error ? error.name : 'UnknownError';
  const words = error instanceof Error ? error.message : String(error);
  const reason = REASONS[name] ?? 'The connection of the Live Tail session broke.';
  return new ServiceError('aws_unavailable', `${reason} Call again.`, {
    cause: error,
    detail: `logs:StartLiveTail: ${name}: ${words}`,
  });
}
