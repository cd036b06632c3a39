/** As much of package-lock.json as its rules look at. */
export interface LockFile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockEntry>>;
}

export interface LockEntry {
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
/** A range of versions or a tag, and an alias of such; no address, path or repository. */
const FROM_REGISTRY = /^(npm:@?[\w./-]+@)?[\w .*<>=^~|+-]*$/;

/** The name of the package at a path of the lock. */
export const packageAt = (path: string, entry: LockEntry): string =>
  entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** What is wrong with a lock: where code could come from that nobody has looked at. */
export function lockProblems(lock: LockFile, manifest: Manifest): string[] {
  return [
    ...Object.entries(lock.packages)
      .filter(([path]) => path !== '')
      .flatMap(([path, entry]) => entryProblems(path, entry, manifest.allowScripts ?? {})),
    ...pinProblems(lock.packages['']?.dependencies, manifest.dependencies),
    ...pinProblems(lock.packages['']?.devDependencies, manifest.devDependencies),
    ...pinProblems(lock.packages['']?.optionalDependencies, manifest.optionalDependencies),
  ];
}

function entryProblems(path: string, entry: LockEntry, allowScripts: Readonly<Record<string, boolean>>): string[] {
  const name = packageAt(path, entry);
  const problems: string[] = [];
  if (entry.link === true || !path.startsWith('node_modules/')) problems.push(`${path}: not from the registry`);
  if (!SHA512.test(entry.integrity ?? '')) problems.push(`${path}: no sha512`);
  if (entry.resolved !== undefined && new URL(entry.resolved).origin !== 'https://registry.npmjs.org') {
    problems.push(`${path}: from ${entry.resolved}`);
  }
  if (entry.hasInstallScript === true && allowScripts[name] === undefined) {
    problems.push(`${path}: an install script that allowScripts does not name`);
  }
  for (const [dependency, wanted] of Object.entries({ ...entry.dependencies, ...entry.optionalDependencies })) {
    if (!FROM_REGISTRY.test(wanted)) problems.push(`${path}: ${dependency} from ${wanted}`);
  }
  return problems;
}

function pinProblems(locked: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>> = {}) {
  const problems = Object.entries(wanted).flatMap(([name, version]) => [
    ...(EXACT.test(version) ? [] : [`package.json: ${name} ${version} is no exact version`]),
    ...(locked[name] === version ? [] : [`package.json: ${name} ${version} is not what is locked`]),
  ]);
  return [
    ...problems,
    ...Object.keys(locked)
      .filter((name) => wanted[name] === undefined)
      .map((name) => `package-lock.json: ${name} is not in package.json`),
  ];
}
