import type { DestinationStream } from 'pino';
import { StartFailed } from '../../errors.js';
import type { LogStream } from '../security-event.js';
import { LogSink } from './log.sink.js';

/** Where lines are written; both are the same unless AUDIT_LOG says otherwise. */
export interface LogStreams extends Readonly<Record<LogStream, DestinationStream>> {
  /** The sinks among them; one that carries audit lines is the audit log, whatever else it carries. */
  readonly sinks: readonly (readonly [LogStream, LogSink])[];
  /** Writes what waits and closes files; the last thing an application does. */
  close(): Promise<void>;
}

/**
 * Opens the logs.
 * @param auditLog `stdout` or undefined, which is where the application's goes, `stderr` or the path of a file
 * @param destination where the application's log goes; standard output when absent
 * @throws StartFailed when the file cannot be opened
 */
export function openLogStreams(auditLog: string | undefined, destination?: DestinationStream): LogStreams {
  const application = destination ?? new LogSink(1);
  const audit = auditLog === undefined || auditLog === 'stdout' ? application : openAuditLog(auditLog);
  const streams = [
    ['audit', audit],
    ...(audit === application ? [] : [['application', application] as const]),
  ] as const;
  const sinks = streams.flatMap(([stream, sink]) => (sink instanceof LogSink ? [[stream, sink] as const] : []));
  return {
    application,
    audit,
    sinks,
    close: async () => void (await Promise.all(sinks.map(([, sink]) => sink.close()))),
  };
}

function openAuditLog(target: string): LogSink {
  try {
    return new LogSink(target === 'stderr' ? 2 : target);
  } catch (error) {
    const fault = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartFailed(
      `AUDIT_LOG: ${target} cannot be opened for writing (${fault}): name a file in a directory this server may write to, or stderr.`,
    );
  }
}
