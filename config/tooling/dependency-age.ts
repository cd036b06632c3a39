import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** A package as package-lock.json holds it. */
export interface Locked {
  readonly name: string;
  readonly version: string;
  readonly installScript: boolean;
}

/** A version as the registry describes it. */
export interface Published {
  readonly at: Date;
  readonly by: string;
}

/** Asks the registry about one version; undefined when it has none. */
export type PublishedOf = (name: string, version: string) => Promise<Published | undefined>;

interface LockFile {
  readonly packages: Readonly<
    Record<string, { version?: string; name?: string; link?: boolean; hasInstallScript?: boolean }>
  >;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const COOL_DOWN_DAYS = 7;
const AT_ONCE = 4;

/** What package-lock.json holds, each version once. */
export function lockedPackages(lockFile: string): Locked[] {
  const found = new Map<string, Locked>();
  for (const [path, entry] of Object.entries((JSON.parse(lockFile) as LockFile).packages)) {
    if (path === '' || entry.version === undefined) continue;
    const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const installScript = entry.hasInstallScript === true;
    found.set(`${name}@${entry.version}`, { name, version: entry.version, installScript });
  }
  return [...found.values()];
}

/**
 * What speaks against a lock: versions younger than a week when it was written or unknown to the registry, and, beside
 * a lock before it, packages that have a new publisher or an install script they had not.
 */
export async function findings(
  now: readonly Locked[],
  before: readonly Locked[] | undefined,
  lockedAt: Date,
  publishedOf: PublishedOf,
): Promise<string[]> {
  const known = new Set(before?.map(({ name, version }) => `${name}@${version}`));
  const waiting = now.filter(({ name, version }) => !known.has(`${name}@${version}`));
  const found: string[] = [];
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const former = before?.findLast(({ name }) => name === one?.name);
      found.push(...(await findingsOf(one, former, lockedAt, publishedOf)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found.sort();
}

async function findingsOf(one: Locked, former: Locked | undefined, lockedAt: Date, publishedOf: PublishedOf) {
  const title = `${one.name}@${one.version}`;
  const published = await publishedOf(one.name, one.version);
  if (published === undefined) return [`${title}: not in the registry`];
  const found: string[] = [];
  const days = (lockedAt.getTime() - published.at.getTime()) / DAY_MS;
  if (days < COOL_DOWN_DAYS) found.push(`${title}: ${days.toFixed(1)} days old when it was locked`);
  if (former === undefined) return found;
  if (one.installScript && !former.installScript) found.push(`${title}: has an install script, ${former.version} not`);
  const publishedBefore = await publishedOf(former.name, former.version);
  if (publishedBefore !== undefined && publishedBefore.by !== published.by) {
    found.push(`${title}: published by ${published.by}, ${former.version} by ${publishedBefore.by}`);
  }
  return found;
}

/** Asks npm, and so whatever registry it is set up for. */
export function publishedOnNpm(name: string, version: string): Promise<Published | undefined> {
  return new Promise((resolve, reject) => {
    // With the version: for a single field npm would leave its name out.
    const view = ['view', `${name}@${version}`, 'version', 'time', '_npmUser', '--json'];
    execFile('npm', view, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (error !== null) {
        if (stdout.includes('E404')) resolve(undefined);
        else reject(new Error(`npm view ${name}@${version} failed: ${stdout.slice(0, 200)}`));
        return;
      }
      const { time, _npmUser: by } = JSON.parse(stdout) as { time: Record<string, string>; _npmUser?: unknown };
      const at = time[version];
      resolve(at === undefined ? undefined : { at: new Date(at), by: nameOf(by) });
    });
  });
}

/** npm shows a person as `name <address>` or as an object. */
function nameOf(person: unknown): string {
  if (typeof person === 'string') return person.replace(/ *<.*/, '');
  return (person as { name?: string } | undefined)?.name ?? 'unknown';
}

const USAGE = `Usage: npm run deps:age -- --since <commit>    what has changed in package-lock.json since then
       npm run deps:age -- --all               every package of it`;

/** `npm run deps:age`: exit code 1 when a dependency was too young, or changed in a way that somebody must look at. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { since: { type: 'string' }, all: { type: 'boolean' } } });
  if ((values.since === undefined) === (values.all === undefined)) {
    console.error(USAGE);
    return 2;
  }
  const path = `${process.cwd()}/package-lock.json`;
  if (!existsSync(path)) throw new Error('no package-lock.json here');
  const git = (...rest: string[]): string => execFileSync('git', rest, { encoding: 'utf8', maxBuffer: 1 << 26 }).trim();
  const now = lockedPackages(readFileSync(path, 'utf8'));
  const before =
    values.since === undefined ? undefined : lockedPackages(git('show', `${values.since}:package-lock.json`));
  const isCommitted = git('status', '--porcelain', '--', 'package-lock.json') === '';
  const lockedAt = isCommitted ? new Date(git('log', '-1', '--format=%cI', '--', 'package-lock.json')) : new Date();
  const found = await findings(now, before, lockedAt, publishedOnNpm);
  console.log(
    [...found, `${now.length} packages, locked ${lockedAt.toISOString()}: ${found.length} findings`].join('\n'),
  );
  return found.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
