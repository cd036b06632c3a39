import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file of API keys that a running server reads again. */
export class KeysFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'api-keys-'));
  readonly path = join(this.#folder, 'api-keys.txt');

  constructor(...lines: readonly string[]) {
    this.write(...lines);
  }

  write(...lines: readonly string[]): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.path, `${lines.join('\n')}\n`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The entry of a key, as the configuration holds it. */
export function hashedEntry(label: string, key: string, expires?: string): string {
  const digest = createHash('sha256').update(key).digest('hex');
  return [label, 'sha256', digest, ...(expires === undefined ? [] : [expires])].join(':');
}
