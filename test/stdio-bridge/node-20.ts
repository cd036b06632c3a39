import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Node 20 on the path, the oldest release the bridge runs on; undefined when there is none. */
export function findNode20(): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  return candidates.filter(existsSync).find((node) => execFileSync(node, ['-v']).toString().startsWith('v20.'));
}
