import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const SUITE = fileURLToPath(new URL('../../node_modules/@modelcontextprotocol/conformance', import.meta.url));
const CLI = join(SUITE, 'dist/index.js');

export type Revision = '2025-11-25' | '2026-07-28';

/** What a revision of the specification asks of servers, frozen at its release. */
export interface RequirementSet {
  readonly scored: readonly string[];
  /** Extensions, and what came after the release: run, and no part of conformance. */
  readonly notScored: readonly string[];
}

interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string;
}

/** What the suite found in one scenario. */
export interface ScenarioResult {
  /** As the suite counts: it ran, and nothing failed. */
  readonly passed: boolean;
  /** Checks that held. Without one a scenario that passed says nothing. */
  readonly held: number;
  /** Checks that did not, and what the suite would rather see, a line each. */
  readonly findings: readonly string[];
}

/** What the suite found in every scenario of a set, by its name. */
export type SuiteRun = ReadonlyMap<string, ScenarioResult>;

/** The suite's own list. */
export function requirementsOf(revision: Revision): RequirementSet {
  const { server, not_scored } = parse(readFileSync(join(SUITE, 'requirements', `${revision}.yaml`), 'utf8')) as {
    server: string[];
    not_scored: { scenario: string; leg: string }[];
  };
  const others = not_scored.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario);
  return { scored: server, notScored: others };
}

/** Runs the suite's program for a revision against an endpoint. */
export async function runSuite(endpoint: string, revision: Revision): Promise<SuiteRun> {
  const { scored, notScored } = requirementsOf(revision);
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    const wanted = ['server', '--url', endpoint, '--requirements', revision, '--output-dir', directory];
    const child = spawn(process.execPath, [CLI, ...wanted], { stdio: 'ignore', env: {} });
    await once(child, 'exit');
    return new Map([...scored, ...notScored].map((name) => [name, resultOf(checksIn(directory, name))]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function checksIn(directory: string, scenario: string): readonly Check[] {
  // The rest of the name is the time.
  const folder = readdirSync(directory).find((name) => name.startsWith(`server-${scenario}-2`));
  const file = join(directory, folder ?? scenario, 'checks.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Check[]) : [];
}

function resultOf(checks: readonly Check[]): ScenarioResult {
  const wrong = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
  return {
    passed: checks.length > 0 && checks.every(({ status }) => status !== 'FAILURE'),
    // The form of messages is checked beside whatever a scenario is about.
    held: checks.filter(({ id, status }) => status === 'SUCCESS' && !id.startsWith('wire-schema')).length,
    findings: wrong.map(({ id, status, errorMessage = '' }) => `${status} ${id}: ${errorMessage}`),
  };
}

/** `26 of 30 (61 checks)`, for some scenarios of a run. */
export function score(run: SuiteRun, scenarios: readonly string[]): string {
  const results = scenarios.map((name) => run.get(name));
  const checks = results.reduce((sum, result) => sum + (result?.held ?? 0), 0);
  return `${results.filter((result) => result?.passed).length} of ${scenarios.length} (${checks} checks)`;
}
