import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As much of CycloneDX as is changed here. */
export interface Sbom {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

export interface Component {
  readonly 'bom-ref': string;
  readonly scope?: string;
  readonly properties?: readonly { readonly name: string }[];
}

interface LockFile {
  readonly packages: Readonly<Record<string, { name?: string; version?: string; dev?: boolean }>>;
}

const DEVELOPMENT = 'cdx:npm:package:development';

/**
 * The SBOM of what the lock has for production. `npm sbom --omit dev` is not that: npm 11 leaves out every package that
 * some development package needs too, zod among them.
 */
export function productionOnly(sbom: Sbom, lock: LockFile): Sbom {
  const kept = new Set(
    Object.entries(lock.packages)
      .filter(([, { dev }]) => dev !== true)
      .map(([path, { name, version }]) => `${name ?? path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`),
  );
  return {
    ...sbom,
    components: sbom.components.filter((one) => kept.has(one['bom-ref'])).map(asRequired),
    dependencies: sbom.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map((one) => ({ ...one, dependsOn: one.dependsOn?.filter((ref) => kept.has(ref)) })),
  };
}

/** A second copy of a package may serve development alone; what npm says of it is not of the first. */
function asRequired(component: Component): Component {
  const properties = component.properties?.filter(({ name }) => name !== DEVELOPMENT);
  return { ...component, scope: 'required', properties };
}

/** `npm run sbom`: prints the CycloneDX document. */
function main(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const full = execFileSync(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;
  console.log(JSON.stringify(productionOnly(JSON.parse(full) as Sbom, lock), undefined, 2));
}

if (import.meta.main) main();
