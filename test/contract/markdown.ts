import { existsSync, readFileSync } from 'node:fs';
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
export function brokenLinks(path: string): string[] {
  const targets = [...readProjectFile(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^https?:/.test(target) && !exists(path, target));
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
  if (language !== 'sh' || pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
