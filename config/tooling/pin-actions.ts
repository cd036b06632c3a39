import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a version of an action is now. */
export interface Release {
  readonly commit: string;
  readonly committedAt: Date;
}

/** Asks what commit a version of an action, such as `v7` of `actions/checkout`, is. */
export type ReleaseOf = (repository: string, version: string) => Promise<Release>;

const USES = /(\buses: +)([\w.-]+\/[\w.-]+)((?:\/[\w.-]+)*)@([\w.-]+)(?: +# (v[\w.-]+))?/g;
const COMMIT = /^[0-9a-f]{40}$/;
const COOL_DOWN_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * The workflow with every action at the commit of its version, the version kept as a comment. What is pinned already
 * moves only to a commit that is a week old: a hijacked action is found sooner than that.
 * @throws Error when a version is no commit.
 */
export async function pinned(workflow: string, releaseOf: ReleaseOf, now: Date): Promise<string> {
  const pins = new Map<string, string>();
  for (const [whole, uses = '', repository = '', path = '', ref = '', comment] of workflow.matchAll(USES)) {
    const version = comment ?? ref;
    if (COMMIT.test(version)) continue;
    const { commit, committedAt } = await releaseOf(repository, version);
    if (!COMMIT.test(commit)) throw new Error(`${repository}@${version} is no commit: ${commit.slice(0, 60)}`);
    if (COMMIT.test(ref) && now.getTime() - committedAt.getTime() < COOL_DOWN_MS) continue;
    pins.set(whole, `${uses}${repository}${path}@${commit} # ${version}`);
  }
  return workflow.replaceAll(USES, (whole) => pins.get(whole) ?? whole);
}

/** Asks GitHub, with GITHUB_TOKEN when it is set. */
export async function releaseOnGitHub(repository: string, version: string): Promise<Release> {
  const api = process.env['GITHUB_API_URL'] ?? 'https://api.github.com';
  const token = process.env['GITHUB_TOKEN'];
  const response = await fetch(`${api}/repos/${repository}/commits/${encodeURIComponent(version)}`, {
    headers: { accept: 'application/vnd.github+json', ...(token && { authorization: `Bearer ${token}` }) },
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`GitHub answers ${response.status} for ${repository}@${version}`);
  const { sha, commit } = (await response.json()) as { sha: string; commit: { committer: { date: string } } };
  return { commit: sha, committedAt: new Date(commit.committer.date) };
}

/** `npm run pins [folder]`: pins the actions of all workflows. */
async function main(folder: string): Promise<void> {
  for (const name of readdirSync(folder).filter((file) => /\.ya?ml$/.test(file))) {
    const path = join(folder, name);
    const before = readFileSync(path, 'utf8');
    const after = await pinned(before, releaseOnGitHub, new Date());
    if (after !== before) console.log(`${name}: changed`);
    writeFileSync(path, after);
  }
}

if (import.meta.main) await main(process.argv[2] ?? fileURLToPath(new URL('../../.github/workflows', import.meta.url)));
