import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NpmPackage, npmPackages, type ProjectManifest } from './npm-packages.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const PLACEHOLDER = 'your-organization';

/** Lays out the packages of npm below `.packages`, each ready for `npm pack` or `npm publish`: `npm run package`. */
const project = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as ProjectManifest;
const built = (await readdir(DIST, { recursive: true })).map((path) => path.replaceAll('\\', '/'));
await rm(join(ROOT, '.packages'), { recursive: true, force: true });
for (const one of npmPackages(project)) process.stdout.write(`${await layOut(one)}\n`);
if (project.mcpName.includes(PLACEHOLDER)) {
  process.stdout.write(
    `mcpName in package.json still names ${PLACEHOLDER}: before publishing, put your own there and npm run generate.\n`,
  );
}

async function layOut({ manifest, holds }: NpmPackage): Promise<string> {
  const folder = join('.packages', manifest.name);
  const target = (path: string): string => join(ROOT, folder, path);
  const paths = built.filter(holds);
  if (paths.length === 0) throw new Error(`dist holds nothing of ${manifest.name}: npm run build`);
  for (const path of paths) {
    await mkdir(dirname(target(`dist/${path}`)), { recursive: true });
    await cp(join(DIST, path), target(`dist/${path}`));
  }
  await writeFile(target('package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await cp(join(ROOT, 'LICENSE'), target('LICENSE'));
  await cp(join(ROOT, 'config/registry', `${manifest.name}.md`), target('README.md'));
  return folder;
}
