import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordedLog } from '../../../test/support/border-app.js';
import { StartFailed } from '../../errors.js';
import { openLogStreams } from './log-streams.factory.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-streams-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('openLogStreams', () => {
  it.each([undefined, 'stdout'])('makes one stream of both logs for AUDIT_LOG=%s', async (auditLog) => {
    const streams = openLogStreams(auditLog);
    expect(streams.audit).toBe(streams.application);
    expect(streams.sinks.map(([stream]) => stream)).toEqual(['audit']);
    await streams.close();
  });

  it('gives the audit log a file of its own', async () => {
    const path = join(folder, 'audit.jsonl');
    const log = new RecordedLog();
    const streams = openLogStreams(path, log);
    streams.application.write('{"application":1}\n');
    streams.audit.write('{"audit":1}\n');
    await streams.close();
    expect(log.lines).toEqual([{ application: 1 }]);
    expect(readFileSync(path, 'utf8')).toBe('{"audit":1}\n');
  });

  it('gives the audit log standard error', async () => {
    const streams = openLogStreams('stderr', new RecordedLog());
    expect(streams.sinks.map(([stream]) => stream)).toEqual(['audit']);
    expect(streams.audit).not.toBe(streams.application);
    await streams.close();
  });

  it('says which variable names a file that cannot be opened, why, and what to do', () => {
    const path = join(folder, 'missing', 'audit.jsonl');
    const opening = (): unknown => openLogStreams(path, new RecordedLog());
    expect(opening).toThrow(StartFailed);
    expect(opening).toThrow(
      /^AUDIT_LOG: .*missing\/audit\.jsonl cannot be opened for writing \(ENOENT\): name a file /,
    );
  });
});
