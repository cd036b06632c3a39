import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ALICE_ROLE, signersOf, type Stack, startStack } from '../support/stack.js';
import { FakeAws, runScript, type ScriptRun } from './deploy-scripts.js';

const FAST = { SMOKE_WAIT_SECONDS: '0' };

describe('smoke-test.sh', () => {
  let stack: Stack;
  let base: string;
  beforeAll(async () => {
    stack = await startStack({ env: { AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE } });
    base = new URL(stack.endpoint).origin;
  });
  afterAll(() => stack.close());

  const smoke = (args: readonly string[], env: Record<string, string> = {}): Promise<ScriptRun> =>
    runScript('smoke-test.sh', args, { ...FAST, SMOKE_API_KEY: stack.apiKey, ...env });

  it('asks for health, challenge, metadata, tools and one call, and says that each is well [E7]', async () => {
    const { code, stdout, stderr } = await smoke([base]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'ok  health',
      'ok  refuses callers without a credential',
      'ok  metadata for sign-in',
      'ok  list of tools',
      'ok  get_active_alarms',
      '',
    ]);
    expect(signersOf(stack.aws, 'DescribeAlarms')).toEqual([expect.stringContaining('CloudWatchReader')]);
  });

  it('takes an access token and another tool', async () => {
    const { code, stdout } = await smoke([`${base}/`, 'list_accounts'], { SMOKE_API_KEY: await stack.token('alice') });
    expect({ code, last: stdout.trim().split('\n').at(-1) }).toEqual({ code: 0, last: 'ok  list_accounts' });
  });

  it('fails when the key is refused, and shows it nowhere', async () => {
    const { code, stdout, stderr } = await smoke([base], {
      SMOKE_API_KEY: 'k3y-of-somebody-else-that-is-long-enough-1',
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'smoke test: tools/list answers 401\n' });
    expect(stdout + stderr).not.toContain('k3y-of');
  });

  it('fails when there is no such tool, and when the call fails', async () => {
    expect(await smoke([base, 'no_such_tool'])).toMatchObject({
      code: 1,
      stderr: 'smoke test: tools/list does not offer no_such_tool\n',
    });
    stack.aws.faults.add({ operation: 'cloudwatch:DescribeAlarms', kind: 'access-denied' });
    const { code, stderr } = await smoke([base]);
    stack.aws.faults.clear();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^smoke test: get_active_alarms answers 403 \{"error":/);
  });

  it.each([
    [['mcp.example.com'], /the first argument must be the server/],
    [['https://mcp.example.com/mcp'], /the first argument must be the server/],
    [['https://mcp.example.com', 'a"b'], /the second argument must be the name of a tool/],
    [[], /the first argument must be the server/],
  ])('says with 2 that %j is no way to call it', async (args, expected) => {
    const { code, stderr } = await smoke(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
  });

  it('says with 2 that the key is missing', async () => {
    expect(await smoke([base], { SMOKE_API_KEY: '' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SMOKE_API_KEY'),
    });
  });
});

describe('smoke-test.sh and a server that is not well', () => {
  let server: Server;
  afterEach(() => new Promise((resolve) => void server.close(resolve)));

  /** Runs it against a server that answers by path. */
  async function smokeOf(answer: RequestListener): Promise<ScriptRun> {
    server = createServer(answer);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return runScript('smoke-test.sh', [`http://127.0.0.1:${port}`], { ...FAST, SMOKE_API_KEY: 'some-key' });
  }

  const healthy =
    (rest: RequestListener): RequestListener =>
    (request, response) => {
      if (request.url?.startsWith('/health') === true) response.end('{"status":"ok"}');
      else rest(request, response);
    };

  it('fails when it is not ready in time', async () => {
    const { code, stderr } = await smokeOf((_, response) => response.writeHead(503).end());
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'smoke test: /health/ready answers 503 after 0 seconds\n' });
  });

  it('fails when authentication is off', async () => {
    const { code, stderr } = await smokeOf(healthy((_, response) => response.end('{}')));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'smoke test: /mcp without a credential answers 200: authentication may be off\n',
    });
  });

  it('fails when the 401 carries no challenge', async () => {
    const { stderr } = await smokeOf(healthy((_, response) => response.writeHead(401).end()));
    expect(stderr).toBe('smoke test: the 401 carries no challenge\n');
  });

  it('fails when the metadata are of another resource', async () => {
    const challenge = 'Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"';
    const { stderr } = await smokeOf(
      healthy((request, response) => {
        if (request.method === 'POST') response.writeHead(401, { 'www-authenticate': challenge }).end();
        else response.end('{"resource":"https://evil.example/mcp","authorization_servers":["https://a"]}');
      }),
    );
    expect(stderr).toBe('smoke test: the metadata do not name https://mcp.example.com/mcp as the resource\n');
  });
});

describe('rollback.sh', () => {
  const arn = (revision: number, family = 'cloudwatch-mcp-test'): string =>
    `arn:aws:ecs:eu-west-1:111111111111:task-definition/${family}:${revision}`;
  const ACTIVE = [arn(12), arn(11), arn(9), arn(10, 'cloudwatch-mcp-test-2')];
  let aws: FakeAws | undefined;
  afterEach(() => aws?.remove());

  const rollback = (fake: FakeAws, ...args: string[]): Promise<ScriptRun> => {
    aws = fake;
    return runScript('rollback.sh', args, fake.env);
  };

  it('goes to the revision before the present one, waits, and makes sure of it [E7]', async () => {
    const fake = new FakeAws(arn(11), ACTIVE);
    const { code, stdout, stderr } = await rollback(fake, 'cluster-1', 'service-1');
    expect({ code, stderr, current: fake.current }).toEqual({ code: 0, stderr: '', current: arn(9) });
    expect(stdout).toContain(`service-1: ${arn(11)} -> ${arn(9)}`);
    const service = '--cluster cluster-1 --service';
    expect(fake.calls.map((call) => call.replace(/ --(query|output).*/, ''))).toEqual([
      `ecs describe-services ${service}s service-1`,
      'ecs list-task-definitions --family-prefix cloudwatch-mcp-test --status ACTIVE --sort DESC',
      `ecs update-service ${service} service-1 --task-definition ${arn(9)}`,
      `ecs wait services-stable ${service}s service-1`,
      `ecs describe-services ${service}s service-1`,
    ]);
  });

  it('goes to the one it is given', async () => {
    const fake = new FakeAws(arn(12), ACTIVE);
    expect(await rollback(fake, 'c', 's', arn(3))).toMatchObject({ code: 0 });
    expect(fake.current).toBe(arn(3));
  });

  it('changes nothing when that runs already', async () => {
    const fake = new FakeAws(arn(12), ACTIVE);
    expect(await rollback(fake, 'c', 's', arn(12))).toMatchObject({ code: 0, stdout: `s already runs ${arn(12)}\n` });
    expect(fake.calls).toHaveLength(1);
  });

  it.each([
    ['there is none before', new FakeAws(arn(9), ACTIVE), /no active revision of cloudwatch-mcp-test before 9: deploy/],
    ['there is no such service', new FakeAws('None', ACTIVE), /no service s in cluster c/],
    ['ECS took it elsewhere', new FakeAws(arn(12), ACTIVE, { stays: true }), /s runs \S+:12, not \S+:11/],
  ])('fails when %s', async (_, fake, expected) => {
    const { code, stderr } = await rollback(fake, 'c', 's');
    expect(code).toBe(1);
    expect(stderr).toMatch(expected);
  });

  it('says with 2 how it is called', async () => {
    expect(await rollback(new FakeAws(arn(1), []), 'c')).toMatchObject({
      code: 2,
      stderr: 'rollback: usage: rollback.sh CLUSTER SERVICE [TASK_DEFINITION_ARN]\n',
    });
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
if (!hasShellcheck) console.log('SKIPPED: no shellcheck on this machine (Debian: apt-get install shellcheck).');

describe.skipIf(!hasShellcheck)('shellcheck', () => {
  const folder = fileURLToPath(new URL('../../.github/scripts/', import.meta.url));

  it.each(readdirSync(folder))('finds nothing in %s', (name) => {
    const { status, stdout } = spawnSync('shellcheck', [folder + name], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
