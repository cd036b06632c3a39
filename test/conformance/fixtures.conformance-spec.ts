import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../support/stack.js';
import { ConformanceFixturesModule } from './fixtures/conformance-fixtures.module.js';
import { requirementsOf, type Revision, runSuite, score, type SuiteRun } from './suite.js';
import { startTokenProxy, type TokenProxy } from './token-proxy.js';

interface Mode {
  readonly mode: string;
  readonly revision: Revision;
  readonly env?: Readonly<Record<string, string>>;
  /** What cannot pass, and why. */
  readonly missing: Readonly<Record<string, string>>;
  /** What passes without a single check. */
  readonly unchecked: readonly string[];
  /** How it went, as `score` tells it. */
  readonly scores: { readonly scored: string; readonly notScored: string };
}

/** Of a line in the log. */
interface CallRecord {
  readonly tool?: { readonly name: string };
  readonly principal?: { readonly name: string };
}

// Here the server sends a request and waits for its answer, which arrives as a request of its own.
const SESSION_BOUND = {
  'tools-call-sampling': 'Server did not request sampling from client',
  'tools-call-elicitation': 'Server did not request elicitation from client',
  'elicitation-sep1034-defaults': 'Server did not request elicitation from client',
  'elicitation-sep1330-enums': 'Server did not request elicitation from client',
};

const MODES: readonly Mode[] = [
  {
    mode: '2026-07-28',
    revision: '2026-07-28',
    missing: {},
    // The suite has no test of it yet.
    unchecked: ['tasks-status-notifications'],
    scores: { scored: '37 of 37 (84 checks)', notScored: '13 of 13 (64 checks)' },
  },
  {
    mode: '2025-11-25 without sessions',
    revision: '2025-11-25',
    missing: SESSION_BOUND,
    unchecked: ['server-sse-polling'],
    scores: { scored: '26 of 30 (30 checks)', notScored: '3 of 3 (8 checks)' },
  },
  {
    mode: '2025-11-25 with sessions',
    revision: '2025-11-25',
    env: { MCP_LEGACY_SESSIONS: 'true' },
    missing: {},
    // What a closed stream did not deliver cannot be had later: nothing is kept for it.
    unchecked: ['server-sse-polling'],
    scores: { scored: '30 of 30 (42 checks)', notScored: '3 of 3 (10 checks)' },
  },
];

describe.each(MODES)('the conformance suite for $mode', ({ mode, revision, env, missing, unchecked, scores }) => {
  const { scored, notScored } = requirementsOf(revision);
  let stack: Stack;
  let proxy: TokenProxy;
  let run: SuiteRun;

  beforeAll(async () => {
    proxy = await startTokenProxy();
    const origins = { CORS_ALLOWED_ORIGINS: proxy.origin };
    stack = await startStack({ env: { ...origins, ...env }, modules: [ConformanceFixturesModule] });
    proxy.forwardTo(stack.app.url, await stack.token('alice'));
    run = await runSuite(proxy.endpoint, revision);
    console.log(`${mode}: scored ${score(run, scored)}, not scored ${score(run, notScored)}`);
  });

  afterAll(async () => {
    proxy.close();
    await stack.close();
  });

  const able = (name: string) => missing[name] === undefined && !unchecked.includes(name);

  it.each([...scored, ...notScored].filter(able))('%s', (name) => {
    expect(run.get(name)?.findings).toEqual([]);
    expect(run.get(name)).toMatchObject({ passed: true });
    expect(run.get(name)?.held).toBeGreaterThan(0);
  });

  it(`passes ${scores.scored} of what is scored, ${scores.notScored} of what is not`, () => {
    expect(score(run, scored)).toBe(scores.scored);
    expect(score(run, notScored)).toBe(scores.notScored);
    expect(notScored.filter((name) => run.get(name)?.held === 0)).toEqual(unchecked);
  });

  it(`misses ${Object.keys(missing).length} scenarios, for one reason`, () => {
    const failing = scored.filter((name) => run.get(name)?.passed !== true);
    expect(Object.fromEntries(failing.map((name) => [name, run.get(name)?.findings.join()]))).toEqual(
      Object.fromEntries(Object.entries(missing).map(([name, why]) => [name, expect.stringContaining(why)])),
    );
  });

  it('had authentication on, and the calls recorded as the calls of the caller', async () => {
    expect((await fetch(stack.endpoint, { method: 'POST', body: '{}' })).status).toBe(401);
    const records = stack.log.lines() as unknown as readonly CallRecord[];
    for (const name of ['test_simple_text', 'test_audio_content']) {
      const callers = records.filter(({ tool }) => tool?.name === name).map(({ principal }) => principal?.name);
      expect(callers).toEqual(['alice']);
    }
  });
});
