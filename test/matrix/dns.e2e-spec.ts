import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { startApp } from '../../src/start-app.js';
import { bearer, CALL_TOOL, EdgeStack, HOST, LIST_TOOLS, type WireRequest } from '../support/edge-stack.js';
import { LogLines, type Stack, startStack } from '../support/stack.js';

let edge: EdgeStack;
let token: string;

beforeAll(async () => {
  edge = await EdgeStack.start();
  token = await edge.stack.token('alice');
});
afterAll(() => edge.close());

describe('a foreign Host', () => {
  it.each([
    ['another name', { host: 'evil.test' }],
    ['a name that rebinds', { host: '7f000001.rbndr.test:3334' }],
    ['a name beginning with ours', { host: `${HOST}.evil.test` }],
    ['a name ending in ours', { host: `evil-${HOST}` }],
    ['a trailing dot', { host: `${HOST}.` }],
    ['user information', { host: `${HOST}@evil.test` }],
    ['a list', { host: `${HOST}, evil.test` }],
    ['a path', { host: `${HOST}/evil.test` }],
    ['nothing', { host: '' }],
    ['the address of another network', { host: '10.0.1.23' }],
    ['ours written as a number', { host: '2130706433' }],
    ['the same in the target', { target: 'http://evil.test/mcp', host: 'evil.test' }],
  ] satisfies [string, WireRequest][])('is refused with a good token: %s [DNS-01]', async (_, request) => {
    const before = await edge.executions();
    const observed = await edge.observe({ ...request, headers: [bearer(token)], body: CALL_TOOL });
    expect(observed.answer.status).toBe(403);
    expect(JSON.parse(observed.answer.body)).toEqual({
      jsonrpc: '2.0',
      error: { code: -32600, message: expect.any(String) as string },
    });
    expect(observed.answer.headers).not.toHaveProperty('www-authenticate');
    expect(JSON.stringify(observed.answer)).not.toMatch(/mcp\.test|localhost|127\.0\.0\.1/);
    edge.expectFailure(observed, 'host_denied', [token]);
    expect(observed.lines[0]?.auth?.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect(await edge.executions()).toBe(before);
  });

  it.each(['http://evil.test/mcp', `http://${HOST}@evil.test/mcp`, 'http://127.0.0.1/mcp'])(
    'in the target %s is refused as a contradiction [DNS-01]',
    async (target) => {
      const { answer, lines, counted } = await edge.observe({ target, headers: [bearer(token)], body: CALL_TOOL });
      expect([answer.status, lines, counted]).toEqual([400, [], {}]);
    },
  );

  it.each([HOST, 'MCP.Test', `${HOST}:8443`, 'localhost', '127.0.0.1:3334', '[::1]'])(
    'is not what %s is [DNS-01]',
    async (host) => {
      expect((await edge.send({ host, headers: [bearer(token)], body: LIST_TOOLS })).status).toBe(200);
    },
  );
});

describe('the address of a target behind a balancer', () => {
  it('may be asked for its health and for nothing else [DNS-03]', async () => {
    const asked = async (target: string): Promise<number> =>
      (await edge.send({ method: 'GET', target, host: '10.0.1.23', headers: [bearer(token)] })).status;
    for (const target of ['/health', '/health/live', '/health/ready'])
      expect([target, await asked(target)]).toEqual([target, 200]);
    for (const target of [
      '/mcp',
      '/',
      '/.well-known/oauth-protected-resource',
      '/health/../mcp',
      '/health/%2e%2e/mcp',
      '//health',
      '/health/x',
      '/health;/mcp',
    ]) {
      expect([target, await asked(target)]).toEqual([target, 403]);
    }
  });
});

describe('a server without authentication', () => {
  const LOCAL = { ENABLE_AUTH: 'false', CLOUDWATCH_MCP_PORT: '0', METRICS_PORT: '0' };
  const problemsOf = (env: Record<string, string>): string => {
    try {
      loadAppConfig({ ...LOCAL, ...env });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  /** Whether something answers on the port at another address of this machine. */
  const answersAt = (address: string, port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, address, () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });

  it('listens on this machine alone, and says loudly that it is open [DNS-04][A8]', async () => {
    const log = new LogLines();
    const running = await startApp(loadAppConfig(LOCAL), { logDestination: log });
    try {
      const { address, port } = (running.app.getHttpServer() as Server).address() as AddressInfo;
      expect(address).toBe('127.0.0.1');
      expect([await answersAt('127.0.0.1', port), await answersAt('127.0.0.2', port)]).toEqual([true, false]);
      expect(new URL(running.metricsUrl).hostname).toBe('127.0.0.1');
      const warnings = log.lines().filter(({ level }) => level === 'warn');
      expect(warnings.map(({ msg }) => msg)).toContainEqual(expect.stringMatching(/^AUTHENTICATION IS OFF: /));
      expect(log.text).toContain('authentication OFF');
    } finally {
      await running.close();
    }
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'mcp.corp.test'])('does not start on %s for the asking [DNS-04]', (host) => {
    expect(problemsOf({ CLOUDWATCH_MCP_SERVER_HOST: host })).toContain('INSECURE_ALLOW_NO_AUTH=true');
  });

  it('starts on 0.0.0.0 with a flag and a list of hosts, warns twice, and checks the Host [DNS-04][A8]', async () => {
    const open = { CLOUDWATCH_MCP_SERVER_HOST: '0.0.0.0', INSECURE_ALLOW_NO_AUTH: 'true' };
    expect(problemsOf(open)).toMatch(/ALLOWED_HOSTS: .*ALLOWED_HOSTS=/);
    const log = new LogLines();
    const config = loadAppConfig({ ...LOCAL, ...open, ALLOWED_HOSTS: 'cloudwatch-mcp' });
    const running = await startApp(config, { logDestination: log });
    try {
      const { port } = (running.app.getHttpServer() as Server).address() as AddressInfo;
      expect(await answersAt('127.0.0.2', port)).toBe(true);
      const text = log.lines().map(({ level, msg }) => `${String(level)}: ${String(msg)}`);
      expect(text).toContainEqual(expect.stringMatching(/^warn: AUTHENTICATION IS OFF/));
      expect(text).toContainEqual(expect.stringMatching(/^warn: INSECURE_ALLOW_NO_AUTH is set/));
      const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST' });
      expect(answer.status).toBe(403);
    } finally {
      await running.close();
    }
  });

  it.each([
    ['ENABLE_AUTH', 'false', true],
    ['ENABLE_AUTH', 'FALSE', true],
    ['AUTH_ENABLED', 'false', true],
    ['ENABLE_AUTH', 'true', false],
    ['ENABLE_AUTH', '0', false],
    ['ENABLE_AUTH', 'no', false],
    ['ENABLE_AUTH', 'off', false],
    ['ENABLE_AUTH', 'disabled', false],
    ['AUTH_ENABLED', 'false ', true],
    ['AUTH_ENABLED', 'f', false],
  ])('is what %s=%j makes: %s [A8]', (name, value, off) => {
    const env = {
      API_KEYS: 'k7Qp2vXz9LmN4rTb8WcY3sHd6JfG1aUe5',
      AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/R',
    };
    expect(loadAppConfig({ ...(off ? {} : env), [name]: value }).auth.enabled).toBe(!off);
  });

  it.each([
    { ENABLE_AUTH: 'false', AUTH_ENABLED: 'true' },
    { ENABLE_AUTH: 'true', AUTH_ENABLED: 'false' },
    { ENABLE_AUTH: 'yes', AUTH_ENABLED: 'false' },
    { ENABLE_AUTH: '' },
    { AUTH_ENABLED: ' ' },
  ])('does not start by accident: %j [A8]', (env) => {
    const alone: Record<string, string | undefined> = { ENABLE_AUTH: undefined, ...env };
    expect(problemsOf(alone as Record<string, string>)).toMatch(/ENABLE_AUTH|AUTH_ENABLED/);
  });

  describe('that runs', () => {
    let open: Stack;

    beforeAll(async () => {
      open = await startStack({
        env: {
          ENABLE_AUTH: 'false',
          OIDC_ISSUER: undefined,
          OAUTH_AUDIENCE: undefined,
          API_KEYS: undefined,
          AWS_CLOUDWATCH_ROLE_ARN: undefined,
          AWS_ALLOWED_ROLE_ARNS: undefined,
          AWS_ROLE_EXTERNAL_ID: undefined,
        },
      });
    });
    afterAll(() => open.close());

    const post = (headers: Record<string, string> = {}): Promise<Response> =>
      fetch(open.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: LIST_TOOLS,
      });

    it('serves its one local user without a credential and ignores one [A8]', async () => {
      expect((await post()).status).toBe(200);
      expect((await post({ authorization: 'Bearer whatever' })).status).toBe(200);
    });

    it('is called by no web page: a foreign Origin is refused all the same [DNS-04]', async () => {
      expect((await post({ origin: 'https://evil.test' })).status).toBe(403);
    });
  });
});
