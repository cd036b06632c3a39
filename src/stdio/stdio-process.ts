import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { takeEnvironment } from '../config/environment.js';
import { loadStdioConfig } from '../config/stdio-config.js';
import { startFailureText } from '../start-failure.js';
import { startStdio } from './start-stdio.js';

/** For what cannot be ended: a log that nobody reads any more. */
const CLOSE_MS = 4_000;
/** For a client that no longer reads what was answered last. */
const FLUSH_MS = 500;

/**
 * Serves the one local user until the client closes standard input or a signal ends the process: exit code 0. What keeps
 * it from starting is said on standard error: exit code 1.
 */
export async function runStdioProcess(output: Writable): Promise<never> {
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve());
  });
  try {
    const running = await startStdio(loadStdioConfig(takeEnvironment()), process.stdin, output);
    running.watchFaults();
    await Promise.race([running.ended, signalled]);
    await Promise.race([running.close(), delay(CLOSE_MS)]);
    await Promise.race([new Promise<void>((resolve) => output.end(resolve)), delay(FLUSH_MS)]);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${startFailureText(error)}\n`);
    process.exit(1);
  }
}
