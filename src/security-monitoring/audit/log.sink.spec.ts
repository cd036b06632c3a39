import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/stack.js';
import { LogSink } from './log.sink.js';

let folder: string;
let path: string;
let sink: LogSink | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-sink-'));
  path = join(folder, 'audit.jsonl');
});

afterEach(async () => {
  vi.restoreAllMocks();
  await sink?.close();
  sink = undefined;
  rmSync(folder, { recursive: true });
});

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

interface Told {
  failing: string[];
  lost: number;
  restored: number;
}

function observed(target: string): Told {
  const told: Told = { failing: [], lost: 0, restored: 0 };
  sink = new LogSink(target);
  sink.observer = {
    failing: (fault) => told.failing.push(fault),
    lost: (lines) => (told.lost += lines),
    restored: () => (told.restored += 1),
  };
  return told;
}

describe('LogSink', () => {
  it('writes every line once, in order, behind what the file has', async () => {
    const first = new LogSink(path);
    first.write('earlier\n');
    await first.close();
    sink = new LogSink(path);
    const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at}`);
    for (const [at, line] of lines.entries()) {
      sink.write(`${line}\n`);
      if (at % 1_000 === 0) await new Promise(setImmediate);
    }
    await sink.close();
    expect(linesOf(path)).toEqual(['earlier', ...lines]);
  });

  it('makes a file that nobody else may read', () => {
    sink = new LogSink(path);
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  it('says at once that a file cannot be opened', () => {
    expect(() => new LogSink(join(folder, 'missing', 'audit.jsonl'))).toThrow('ENOENT');
    expect(() => new LogSink(folder)).toThrow('EISDIR');
  });

  it('keeps lines while the disk is full, and counts those for which there is no room', async () => {
    const told = observed('/dev/full');
    const line = `${'x'.repeat(1_023)}\n`;
    for (let at = 0; at < 10_000; at += 1) sink?.write(line);
    expect(told.lost).toBe(10_000 - 8 * 1_024);
    await eventually(() => expect(told.failing[0]).toBe('ENOSPC'));
    sink?.write(line);
    expect(told.lost).toBe(10_001 - 8 * 1_024);
  });

  it('goes on in the new file when the old one was moved away, without losing a line', async () => {
    sink = new LogSink(path);
    sink.write('one\n');
    await eventually(() => expect(linesOf(path)).toEqual(['one']));
    renameSync(path, `${path}.1`);
    sink.write('two\n');
    await eventually(() => expect(linesOf(`${path}.1`)).toEqual(['one', 'two']));
    passSeconds(6);
    sink.write('three\n');
    await eventually(() => expect(linesOf(path)).toEqual(['three']));
    expect(linesOf(`${path}.1`)).toEqual(['one', 'two']);
  });

  it('makes a deleted file anew, and lives on while it cannot', async () => {
    sink = new LogSink(path);
    sink.write('one\n');
    await eventually(() => expect(linesOf(path)).toEqual(['one']));
    unlinkSync(path);
    mkdirSync(path);
    passSeconds(6);
    sink.write('into the deleted file\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    rmSync(path, { recursive: true });
    passSeconds(12);
    sink.write('three\n');
    await eventually(() => expect(linesOf(path)).toEqual(['three']));
  });

  it('writes what was kept when the disk has room again, and says so', async () => {
    symlinkSync('/dev/full', path);
    const told = observed(path);
    sink?.write('kept\n');
    await eventually(() => expect(told.failing).toHaveLength(1));
    unlinkSync(path);
    await eventually(() => expect(told.restored).toBe(1));
    expect(linesOf(path)).toEqual(['kept']);
    expect(told.lost).toBe(0);
  });
});

function passSeconds(seconds: number): void {
  const now = performance.now() + seconds * 1_000;
  vi.spyOn(performance, 'now').mockReturnValue(now);
}
