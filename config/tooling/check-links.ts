import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How a page answered: its status, or why there was no answer. */
export type Ask = (url: string) => Promise<number | string>;

const URL_IN_TEXT = /https?:\/\/[^\s<>()"'`\\\]]+/g;
/** Names for examples (RFC 2606), this machine, and addresses with a part to fill in. */
const NOT_MEANT =
  /^https?:\/\/([^/]*\.)?(example\.(com|org|net)|localhost|127\.0\.0\.1|\[::1\])([:/]|$)|[{}$*|…]|<|your-/;
const AT_ONCE = 4;

/** The pages elsewhere that a text links to, each once. */
export function externalLinks(markdown: string): string[] {
  const prose = markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const found = [...prose.matchAll(URL_IN_TEXT)].map(([url]) => url.replace(/[.,;:!?]+$/, '').replace(/#.*$/, ''));
  return [...new Set(found)].filter((url) => !NOT_MEANT.test(url));
}

/**
 * The links that are dead, each with what came instead. A site that is busy or wants no robots (403, 429, 5xx) says
 * nothing about the page; no answer at all is asked for twice.
 */
export async function deadLinks(links: readonly string[], ask: Ask): Promise<string[]> {
  const dead: string[] = [];
  const waiting = [...links];
  const work = async (): Promise<void> => {
    for (let link = waiting.shift(); link !== undefined; link = waiting.shift()) {
      let answer = await ask(link);
      if (typeof answer === 'string') answer = await ask(link);
      if (typeof answer === 'string' || answer === 404 || answer === 410) dead.push(`${link}: ${answer}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return dead.sort();
}

async function askByHttp(url: string): Promise<number | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? message;
  }
}

/** `npm run links`: exit code 1 when a document links to a page that is gone. */
async function main(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const documents = globSync(['*.md', 'docs/**/*.md', 'config/**/*.md', '.github/*.md'], { cwd: root });
  const links = new Set(documents.flatMap((path) => externalLinks(readFileSync(`${root}/${path}`, 'utf8'))));
  const dead = await deadLinks([...links], askByHttp);
  console.log([`${links.size} links in ${documents.length} documents, ${dead.length} dead`, ...dead].join('\n'));
  process.exitCode = dead.length === 0 ? 0 : 1;
}

if (import.meta.main) await main();
