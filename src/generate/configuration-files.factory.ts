import { readFile } from 'node:fs/promises';
import { configurationDocument, type ExampleSet } from './configuration-document.js';
import { environmentExample } from './environment-example.js';
import { inHouseStyle } from './house-style.js';

/** The example sets, in the order of the document. */
const EXAMPLES = ['config/examples/dev.env', 'config/examples/beta.env', 'config/examples/production.env'];

/** The reference of the variables and the file of them all, by path, as they must be committed. */
export async function configurationFiles(): Promise<ReadonlyMap<string, string>> {
  const examples = await Promise.all(EXAMPLES.map(readExample));
  return new Map([
    ['docs/configuration.md', await inHouseStyle(configurationDocument(examples), 'markdown')],
    ['config/.env.example', environmentExample()],
  ]);
}

async function readExample(path: string): Promise<ExampleSet> {
  return { path, text: await readFile(new URL(`../../${path}`, import.meta.url), 'utf8') };
}
