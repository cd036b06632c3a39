import {
  type CloudWatchLogsClient,
  type LiveTailSessionUpdate,
  StartLiveTailCommand,
  type StartLiveTailCommandInput,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../errors.js';
import { liveTailFailure } from './live-tail-failure.js';

const START_DEADLINE_MS = 10_000;

/** The bounds of a session. */
export interface TailBounds {
  readonly signal: AbortSignal;
  /** Ends the session as its time does. */
  readonly endWaiting: AbortSignal;
  /** From the start of the session on. */
  readonly seconds: number;
  /** Told of every update, about one a second; false ends the session. */
  readonly onUpdate: (update: LiveTailSessionUpdate) => boolean;
}

/** How a session ended: by its bounds, because the server ends, or broken off by AWS or the network. */
export interface TailEnd {
  readonly ended: 'time' | 'told' | 'server' | 'aws';
  readonly failure?: ServiceError;
  /** How long it was open. */
  readonly seconds: number;
}

/**
 * One Live Tail session, from its start to whichever bound comes first. However it ends, its connection is closed, and
 * with it the session, which AWS charges for by the minute.
 * @throws ServiceError when it does not start, and `cancelled`
 */
export async function followLiveTail(
  client: CloudWatchLogsClient,
  input: StartLiveTailCommandInput,
  bounds: TailBounds,
): Promise<TailEnd> {
  const session = new AbortController();
  const close = (): void => session.abort();
  if (bounds.signal.aborted) throw cancelled();
  bounds.signal.addEventListener('abort', close, { once: true });
  try {
    return await follow(await start(client, input, session, bounds.signal), session, bounds);
  } catch (error) {
    throw bounds.signal.aborted ? cancelled(error) : error;
  } finally {
    bounds.signal.removeEventListener('abort', close);
    // Leaving the SDK's iterator does not close the connection underneath.
    close();
  }
}

async function start(
  client: CloudWatchLogsClient,
  input: StartLiveTailCommandInput,
  session: AbortController,
  signal: AbortSignal,
): Promise<AsyncIterable<StartLiveTailResponseStream>> {
  const timer = setTimeout(() => session.abort(), START_DEADLINE_MS);
  try {
    const { responseStream } = await client.send(new StartLiveTailCommand(input), { abortSignal: session.signal });
    if (responseStream !== undefined) return responseStream;
    throw new ServiceError('aws_unavailable', 'CloudWatch Logs opened no Live Tail session. Try again.');
  } catch (error) {
    if (!session.signal.aborted || signal.aborted) throw error;
    const seconds = START_DEADLINE_MS / 1_000;
    throw new ServiceError('aws_unavailable', `Live Tail did not start within ${seconds} seconds. Try again.`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function follow(
  stream: AsyncIterable<StartLiveTailResponseStream>,
  session: AbortController,
  { seconds, signal, endWaiting, onUpdate }: TailBounds,
): Promise<TailEnd> {
  const began = performance.now();
  const end = (ended: TailEnd['ended'], failure?: ServiceError): TailEnd => {
    return { ended, failure, seconds: Math.round((performance.now() - began) / 100) / 10 };
  };
  let bound: 'time' | 'server' | undefined;
  const endAt = (reached: 'time' | 'server'): void => {
    bound ??= reached;
    session.abort();
  };
  const endWithServer = (): void => endAt('server');
  const timer = setTimeout(() => endAt('time'), seconds * 1_000);
  endWaiting.addEventListener('abort', endWithServer, { once: true });
  // Told while the session was starting.
  if (endWaiting.aborted) endWithServer();
  try {
    const events = stream[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) return end(bound ?? 'aws');
      if (value.sessionUpdate !== undefined && !onUpdate(value.sessionUpdate)) return end('told');
    }
  } catch (error) {
    if (bound !== undefined) return end(bound);
    if (signal.aborted) throw error;
    return end('aws', liveTailFailure(error));
  } finally {
    clearTimeout(timer);
    endWaiting.removeEventListener('abort', endWithServer);
  }
}

function cancelled(cause?: unknown): ServiceError {
  return new ServiceError('cancelled', 'The call was cancelled, and with it the Live Tail session.', { cause });
}
