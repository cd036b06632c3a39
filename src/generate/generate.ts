import { writeFile } from 'node:fs/promises';
import { generatedFiles } from './generated-files.factory.js';
import { metricMetadataFiles } from './metric-metadata-files.factory.js';

/** Writes every generated file anew: `npm run generate`. */
for (const [path, text] of [...(await generatedFiles()), ...(await metricMetadataFiles())]) {
  await writeFile(new URL(`../../${path}`, import.meta.url), text);
  process.stdout.write(`${path}\n`);
}
