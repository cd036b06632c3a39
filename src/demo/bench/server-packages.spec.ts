import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { packagesAtStart } from './server-packages.js';

const folder = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('packagesAtStart', () => {
  it('follows files, names every package once, and leaves out what is loaded later or is no import', () => {
    const first = [
      `import 'reflect-metadata';`,
      `import {\n  one,\n  two as three,\n} from '@scope/name/part.js';`,
      `import { readFileSync } from 'node:fs';`,
      `export { other } from './other.js';`,
      `export const text = 'from here';`,
      `await import('later');`,
    ];
    const other = [`import * as all from "double";`, `import './first.js';`, `import whole, { part } from 'double';`];
    writeFileSync(join(folder, 'first.js'), first.join('\n'));
    writeFileSync(join(folder, 'other.js'), other.join('\n'));
    expect(packagesAtStart(pathToFileURL(join(folder, 'first.js')))).toEqual([
      '@scope/name/part.js',
      'double',
      'reflect-metadata',
    ]);
  });
});
