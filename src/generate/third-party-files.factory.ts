import { readFile } from 'node:fs/promises';
import { inHouseStyle } from './house-style.js';
import { type ThirdParty, thirdPartyDocument } from './third-party-document.js';

interface LockEntry {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

interface Manifest {
  readonly license?: string;
  /** How old packages say it. */
  readonly licenses?: readonly { readonly type: string }[];
}

/** Packages that state their licence in their readme only. */
const STATED_IN_README: ReadonlyMap<string, string> = new Map([['pause@0.0.1', 'MIT']]);

/** The list of third-party packages, by its path, as it must be committed. */
export async function thirdPartyFiles(): Promise<ReadonlyMap<string, string>> {
  const { packages } = JSON.parse(await read('package-lock.json')) as { packages: Record<string, LockEntry> };
  const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const found = new Map<string, ThirdParty>();
  for (const [path, entry] of production) {
    const one = await thirdParty(path, entry);
    found.set(`${one.name}@${one.version}`, one);
  }
  return new Map([['docs/third-party.md', await inHouseStyle(thirdPartyDocument([...found.values()]), 'markdown')]]);
}

async function thirdParty(path: string, entry: LockEntry): Promise<ThirdParty> {
  const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const version = entry.version ?? '';
  return { name, version, licence: entry.license ?? (await licenceInstalled(path, `${name}@${version}`)) };
}

async function licenceInstalled(path: string, title: string): Promise<string> {
  const { license, licenses = [] } = JSON.parse(await read(`${path}/package.json`)) as Manifest;
  return license ?? licenses[0]?.type ?? STATED_IN_README.get(title) ?? '';
}

function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}
