import { readProjectFile } from '../contract/markdown.js';

/** The part of a document under one heading, up to the next heading of any depth. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`no heading ${heading}`);
  let fenced = false;
  const length = lines.slice(start + 1).findIndex((line) => {
    if (line.startsWith('```')) fenced = !fenced;
    return !fenced && /^#+ /.test(line);
  });
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** The blocks of one language under a heading of a document, after `replaced` is put in place of its example values. */
export class Documented {
  readonly #text: string;

  constructor(path: string, replaced: Readonly<Record<string, string>> = {}) {
    this.#text = Object.entries(replaced).reduce((text, [old, now]) => {
      if (!text.includes(old)) throw new Error(`${path} does not speak of ${old}`);
      return text.replaceAll(old, now);
    }, readProjectFile(path));
  }

  blocks(heading: string, language: string): string[] {
    const fences = section(this.#text, heading).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
    return [...fences].filter(([, name]) => name === language).map(([, , body = '']) => body);
  }

  /** @throws Error when there are fewer */
  block(heading: string, language: string, index = 0): string {
    const block = this.blocks(heading, language)[index];
    if (block === undefined) throw new Error(`no ${language} block ${index + 1} under ${heading}`);
    return block;
  }
}
