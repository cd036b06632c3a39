import { existsSync, writeFileSync } from 'node:fs';
import { inject } from 'vitest';
import { Documented } from './documented.js';
import { output } from './shell.js';

export const IMAGE = 'cloudwatch-mcp-server:0.1.0';

/** Builds the image with the command of the document, once for all tests. */
export async function buildImage(): Promise<void> {
  const done = `${inject('dockerState')}/built`;
  if (existsSync(done)) return;
  const [build = ''] = new Documented('docs/deployment.md').block('The image', 'sh').split('\n');
  const began = performance.now();
  await output(build);
  console.log(`built in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  writeFileSync(done, '');
}
