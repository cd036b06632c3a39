import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Fence {
  readonly language: string;
  readonly text: string;
}

/** A document of the project, read as a reader and a shell would. */
export interface MarkdownDocument {
  readonly text: string;
  /** Without the number signs. */
  readonly headings: readonly string[];
  readonly fences: readonly Fence[];
}

/** Reads a file below the project's root. */
export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every file of the project below a folder, or at the top for `''`; hidden folders are read when they are named. */
export function projectFiles(folder: string, ending: RegExp): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: folder !== '', encoding: 'utf8' });
  return files.map((file) => join(folder, file)).filter((file) => ending.test(file));
}

/** Every document of the project. */
export function markdownFiles(): string[] {
  return ['', 'docs', 'config', '.github'].flatMap((folder) => projectFiles(folder, /\.md$/)).sort();
}

export function readMarkdown(path: string): MarkdownDocument {
  const text = readProjectFile(path);
  const fences = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']): Fence => ({
    language,
    text: body,
  }));
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return { text, headings: [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading), fences };
}

/** Links to files or headings of the project that lead nowhere. */
export function brokenLinks(path: string, text = readProjectFile(path)): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^(https?|mailto):/.test(target) && !exists(path, target));
}

function exists(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(resolve(ROOT, path))) return false;
  return anchor === undefined || readMarkdown(path).headings.some((heading) => slug(heading) === anchor);
}

/** The anchor GitHub gives a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** The variables of a shell block that does nothing but set them; undefined for any other block. */
export function environmentOf({ language, text }: Fence): Readonly<Record<string, string>> | undefined {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = lines.map((line) => /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line));
  if (!['sh', 'dotenv'].includes(language) || pairs.length === 0 || pairs.some((pair) => pair === null))
    return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
