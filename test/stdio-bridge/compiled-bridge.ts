import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SOURCE = fileURLToPath(new URL('../../src/stdio-bridge', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/stdio-bridge', import.meta.url));

let compiled: string | undefined;

/** The bridge as JavaScript in a folder of its own, compiled once for each state of its source: its entry file. */
export function compiledBridge(): string {
  compiled ??= compile();
  return join(compiled, 'bridge.js');
}

function compile(): string {
  const names = readdirSync(SOURCE).filter((name) => /(?<!\.spec)\.ts$/.test(name));
  const sources = names.map((name) => [name, readFileSync(join(SOURCE, name), 'utf8')] as const);
  const state = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
  const folder = join(CACHE, state);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  // Workers may compile at the same time; the first one's folder stays.
  const draft = mkdtempSync(join(CACHE, 'draft-'));
  writeFileSync(join(draft, 'package.json'), '{"type":"module"}');
  for (const [name, text] of sources) {
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    });
    writeFileSync(join(draft, name.replace(/\.ts$/, '.js')), outputText);
  }
  try {
    renameSync(draft, folder);
  } catch {
    rmSync(draft, { recursive: true });
  }
  return folder;
}
