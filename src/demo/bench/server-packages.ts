import { readFileSync } from 'node:fs';

const IMPORT = /^(?:import\s+|(?:import|export)\s[\w\s{},*$]*?\bfrom\s+)['"]([^'"]+)['"];/gm;

/** The packages that compiled files load at start, by every way of import but the dynamic one, beginning at `entry`. */
export function packagesAtStart(entry: URL): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file.href)) continue;
    seen.add(file.href);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (name.startsWith('.')) open.push(new URL(name, file));
      else if (!name.startsWith('node:')) found.add(name);
    }
  }
  return [...found].sort();
}
