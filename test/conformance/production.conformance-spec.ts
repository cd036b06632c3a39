import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';
import { freePort, type Stack, startStack } from '../support/stack.js';
import { type Revision, runSuite, score, type SuiteRun } from './suite.js';
import { startTokenProxy, type TokenProxy } from './token-proxy.js';

/** What the suite asks of any server, whatever its tools. */
const GENERIC: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
    'server-session-lifecycle',
  ],
  '2026-07-28': [
    'tools-list',
    'resources-list',
    'prompts-list',
    'caching',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
    'sep-2164-resource-not-found',
    'http-header-validation',
    'input-required-result-unsupported-methods',
    'input-required-result-validate-input',
  ],
};

let stack: Stack;
let proxy: TokenProxy;
let server: ServerProcess;

beforeAll(async () => {
  [stack, proxy] = await Promise.all([startStack(), startTokenProxy()]);
  const own = { CLOUDWATCH_MCP_PORT: String(await freePort()), CORS_ALLOWED_ORIGINS: proxy.origin };
  server = await ServerProcess.start({ env: { ...process.env, ...stack.settings, ...own } });
  proxy.forwardTo(server.url, await stack.token('alice'));
});

afterAll(async () => {
  proxy.close();
  server.signal('SIGKILL');
  await server.ended;
  await stack.close();
});

describe.each(Object.entries(GENERIC) as [Revision, readonly string[]][])(
  'the conformance suite against the production build, %s',
  (revision, generic) => {
    let run: SuiteRun;

    beforeAll(async () => {
      run = await runSuite(proxy.endpoint, revision);
      console.log(`production build, ${revision}: what is asked of any server ${score(run, generic)}`);
    });

    it.each(generic)('%s', (name) => {
      expect(run.get(name)?.findings).toEqual([]);
      expect(run.get(name)).toMatchObject({ passed: true });
      expect(run.get(name)?.held).toBeGreaterThan(0);
    });

    it('fails no check of server-stateless but those that need tools of the suite', () => {
      if (revision !== '2026-07-28') return expect(run.has('server-stateless')).toBe(false);
      const { held, findings = [] } = run.get('server-stateless') ?? {};
      expect(held).toBe(24);
      expect(findings.filter((line) => !line.includes("does not list the diagnostic tool 'test_"))).toEqual([]);
      return expect(findings).toHaveLength(4);
    });
  },
);
