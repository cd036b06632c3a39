import { writeFile } from 'node:fs/promises';
import { chartPageFiles } from './chart-page-files.factory.js';
import { cloudFormationFiles } from './cloudformation/cloudformation-files.factory.js';
import { configurationFiles } from './configuration-files.factory.js';
import { generatedFiles } from './generated-files.factory.js';
import { kubernetesFiles } from './kubernetes-files.factory.js';
import { metricMetadataFiles } from './metric-metadata-files.factory.js';
import { thirdPartyFiles } from './third-party-files.factory.js';

const fromTools = await generatedFiles();

/** Writes every generated file anew: `npm run generate`. */
for (const [path, text] of [
  ...(await chartPageFiles()),
  ...fromTools,
  ...(await configurationFiles()),
  ...(await cloudFormationFiles(fromTools)),
  ...(await kubernetesFiles()),
  ...(await metricMetadataFiles()),
  ...(await thirdPartyFiles()),
]) {
  await writeFile(new URL(`../../${path}`, import.meta.url), text);
  process.stdout.write(`${path}\n`);
}
