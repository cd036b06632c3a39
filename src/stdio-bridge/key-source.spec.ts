import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeySource } from './key-source.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-source-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('KeySource', () => {
  it('reads a file once, and again when its key was refused, but not with every refusal', async () => {
    const path = join(folder, 'key');
    let now = 0;
    const source = new KeySource(
      { from: 'MCP_API_KEY_FILE', path },
      () => undefined,
      () => now,
    );
    await expect(source.current()).rejects.toThrow('cannot be read');
    writeFileSync(path, ' first \n', { mode: 0o600 });
    expect(await source.current()).toBe('first');
    writeFileSync(path, 'second');
    expect(await source.current()).toBe('first');
    expect(await source.hasNewer('first')).toBe(false);
    now = 10_000;
    expect(await source.hasNewer('first')).toBe(true);
    expect(await source.current()).toBe('second');
    expect(await source.hasNewer('second')).toBe(false);
  });

  it('has no newer key than that of the environment', async () => {
    const source = new KeySource(
      { from: 'MCP_API_KEY', key: 'k' },
      () => undefined,
      () => 1e9,
    );
    expect([await source.current(), await source.hasNewer('k'), source.variable]).toEqual(['k', false, 'MCP_API_KEY']);
  });

  it('may have none', async () => {
    const source = new KeySource(
      undefined,
      () => undefined,
      () => 0,
    );
    expect([await source.current(), await source.hasNewer(undefined)]).toEqual([undefined, false]);
  });

  it.each(['', 'a b', 'a\r\nX: y', 'schlüssel', 'a\u0000'])('refuses %j without repeating it', async (key) => {
    const source = new KeySource(
      { from: 'MCP_API_KEY', key },
      () => undefined,
      () => 0,
    );
    await expect(source.current()).rejects.toThrow(/^The key from MCP_API_KEY is (empty|not one line)/);
  });
});
