import { closeSync, fstatSync, openSync, statSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

const writeBytes = promisify(write);
const LINE_END = 0x0a;

/** Lines kept in memory while they cannot be written. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 1_000;
/** A full pipe has room again soon. */
const BUSY_RETRY_MS = 20;
const FOLLOW_MS = 5_000;
/** For the lines still waiting when the process ends. */
const LAST_WRITE_MS = 1_000;

/** What happens to lines that cannot be written at once. */
export interface SinkObserver {
  /** Lines wait for a fault to pass; told again at every try. */
  failing(fault: string): void;
  /** Lines are lost: too many wait. */
  lost(lines: number): void;
  restored(): void;
}

/**
 * Writes lines to a descriptor or to the end of a file, in order, in the background. A reader that is slow or gone and a
 * disk that is full cost no request anything: lines wait in memory, up to 8 MB, and are written when it passes; what
 * comes after that is lost and counted. A file that was moved away or deleted is made anew within five seconds.
 */
export class LogSink {
  observer?: SinkObserver;
  #fd: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** What is being written, and how much of it has been. */
  #chunk: Buffer = Buffer.alloc(0);
  #written = 0;
  #inFlight = false;
  #failing = false;
  #working?: Promise<void>;
  #followedAt = performance.now();
  #closed = false;
  readonly #writeLast = (): void => this.#flushSync();

  /**
   * @param target a descriptor, or the path of a file
   * @throws Error of node:fs when the file cannot be opened
   */
  constructor(private readonly target: number | string) {
    this.#fd = typeof target === 'number' ? target : open(target);
    process.on('exit', this.#writeLast);
  }

  /** Never throws and never waits. */
  write(line: string): void {
    if (this.#closed) return;
    const bytes = Buffer.byteLength(line);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.observer?.lost(1);
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    this.#working ??= this.#work();
  }

  /** Writes what waits, for two seconds at most, and closes the file. What comes afterwards is ignored. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.race([this.#working, pause(2 * RETRY_MS)]);
    process.off('exit', this.#writeLast);
    this.#flushSync();
    if (typeof this.target === 'string' && !this.#inFlight) closeSync(this.#fd);
  }

  async #work(): Promise<void> {
    // Lines of the same moment go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      this.#take();
      if (performance.now() - this.#followedAt > FOLLOW_MS) this.#follow();
      while (this.#written < this.#chunk.length) await this.#writeSome();
    }
    this.#working = undefined;
  }

  #take(): void {
    this.#chunk = Buffer.from(this.#waiting.join(''));
    this.#written = 0;
    this.#waiting = [];
  }

  async #writeSome(): Promise<void> {
    this.#inFlight = true;
    try {
      const { bytesWritten } = await writeBytes(this.#fd, this.#chunk, this.#written);
      this.#inFlight = false;
      this.#written += bytesWritten;
      this.#waitingBytes -= bytesWritten;
      if (this.#failing) this.observer?.restored();
      this.#failing = false;
    } catch (error) {
      this.#inFlight = false;
      await this.#waitFor(faultOf(error));
    }
  }

  async #waitFor(fault: string): Promise<void> {
    if (fault === 'EAGAIN') return pause(BUSY_RETRY_MS);
    this.#failing = true;
    this.observer?.failing(fault);
    await pause(RETRY_MS);
    this.#follow();
  }

  /** Opens the path again when it has become another file. */
  #follow(): void {
    this.#followedAt = performance.now();
    if (typeof this.target !== 'string' || this.#closed) return;
    try {
      if (isSameFile(this.target, this.#fd)) return;
      const fd = open(this.target);
      closeSync(this.#fd);
      this.#fd = fd;
      this.#rewind();
    } catch {
      // The old file goes on until the path can be opened.
    }
  }

  /** A line that was torn by the change of files is written once more, whole. */
  #rewind(): void {
    const begin = this.#chunk.subarray(0, this.#written).lastIndexOf(LINE_END) + 1;
    this.#waitingBytes += this.#written - begin;
    this.#written = begin;
  }

  /** The last writing there is. What is in flight is with the operating system, for which the end of a process waits. */
  #flushSync(): void {
    const begun = this.#inFlight ? Buffer.alloc(0) : this.#chunk.subarray(this.#written);
    let rest: Uint8Array = Buffer.concat([begun, Buffer.from(this.#waiting.join(''))]);
    this.#chunk = Buffer.alloc(0);
    this.#written = 0;
    this.#waiting = [];
    const deadline = performance.now() + LAST_WRITE_MS;
    while (rest.length > 0 && performance.now() < deadline) {
      try {
        rest = rest.subarray(writeSync(this.#fd, rest));
      } catch (error) {
        if (faultOf(error) !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_RETRY_MS);
      }
    }
  }
}

function open(path: string): number {
  // It tells who did what: nobody but its owner and their group.
  return openSync(path, 'a', 0o640);
}

function isSameFile(path: string, fd: number): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const opened = fstatSync(fd);
  return named !== undefined && named.ino === opened.ino && named.dev === opened.dev;
}

function faultOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
