import { fstatSync, statSync } from 'node:fs';
import { Writable } from 'node:stream';

const STDOUT = 1;

/**
 * Standard output for the protocol alone: from now on, whatever else writes to it (`console`, a library) writes to
 * standard error. Call it before a library is loaded.
 */
export function takeStandardOutput(): Writable {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  const output = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => void write(text, done),
  });
  // Told to whoever wrote, above: a client that is gone.
  stdout.on('error', () => undefined);
  stdout.write = ((...args: Parameters<typeof write>) => process.stderr.write(...args)) as typeof write;
  return output;
}

/** Whether a path, such as /dev/stdout, is what standard output goes to. */
export function isStandardOutput(path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const standard = fstatSync(STDOUT);
  return named !== undefined && named.dev === standard.dev && named.ino === standard.ino;
}
