import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMarkdown } from '../contract/markdown.js';
import { valueAt } from '../support/kubernetes-merge.js';
import { mayReach } from '../support/kubernetes-network.js';
import { signersOf } from '../support/stack.js';
import { ChatSetUp, FRONT_END } from './chat-set-up.js';
import { the } from './kubernetes-folders.js';

const LOCAL_USER = 'arn:aws:iam::111111111111:user/local-developer';
const TEST = 'cloudwatch-mcp-test';
const LIVE = 'cloudwatch-mcp';
const START_MS = 60_000;

/** The commands below a heading of docs/operations.md, up to the next of its rank or a higher one. */
function commandsOf(heading: string): string {
  const { text } = readMarkdown('docs/operations.md');
  const [, rank = ''] = new RegExp(`^(#+) ${heading.replaceAll(/[.?]/g, '\\$&')}$`, 'm').exec(text) ?? [];
  const begin = text.indexOf(`\n${rank} ${heading}\n`);
  if (begin === -1) throw new Error(`docs/operations.md has no ${heading}`);
  const rest = text.slice(begin + rank.length + heading.length + 3);
  const end = rest.search(new RegExp(`^#{1,${rank.length}} `, 'm'));
  const fences = rest.slice(0, end === -1 ? undefined : end).matchAll(/^```sh\n([^]*?)^```$/gm);
  return [...fences].map(([, body = '']) => body).join('');
}

let setUp: ChatSetUp;
beforeAll(async () => {
  setUp = await ChatSetUp.start();
}, START_MS);
afterAll(() => setUp.close());

/** Everybody's calls are one principal's, whoever they are; nobody signs in. */
async function expectNoSignIn(): Promise<void> {
  setUp.aws.calls.clear();
  expect(setUp.frontEnd().requiresOAuth).toBe(false);
  expect((await setUp.callTool()).status).toBe(200);
  expect(signersOf(setUp.aws, 'DescribeAlarms')).toEqual([LOCAL_USER]);
}

/** Whoever signed in calls with a role session of their own; nobody else gets in. */
async function expectSignIn(): Promise<void> {
  setUp.aws.calls.clear();
  const { requiresOAuth, environment } = setUp.frontEnd();
  expect(requiresOAuth).toBe(true);
  expect(Object.keys(environment)).toEqual(
    expect.arrayContaining(['OAUTH_CLIENT_ID', 'OAUTH_CLIENT_SECRET', 'OAUTH_REDIRECT_URI']),
  );
  const refused = await setUp.callTool();
  expect(refused.status).toBe(401);
  expect(refused.headers['www-authenticate']).toContain(
    'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource',
  );
  for (const sub of ['carol', 'dave']) {
    const answer = await setUp.callTool(await setUp.issuer.mintToken({ sub }));
    expect(answer.status, answer.text).toBe(200);
  }
  const signers = signersOf(setUp.aws, 'DescribeAlarms');
  expect(signers).toEqual([
    expect.stringMatching(/111111111111:assumed-role\/CloudWatchReader\/carol-/) as string,
    expect.stringMatching(/111111111111:assumed-role\/CloudWatchReader\/dave-/) as string,
  ]);
}

describe('docs/operations.md, going live and rollback', () => {
  it(
    'makes the test set-up, in which nobody signs in, by the commands of the rollback [E4]',
    async () => {
      await setUp.run(
        commandsOf('To the test set-up')
          .replace(/^kubectl delete secret.*$\n/m, '')
          .replace(/^curl.*$\n/m, ''),
      );
      await expectNoSignIn();
    },
    START_MS,
  );

  it(
    'starts the server with authentication beside it, whose checks answer as documented [E4]',
    async () => {
      const from = setUp.curled.length;
      await setUp.run(commandsOf('1. Your values'));
      await setUp.run(commandsOf('2. The server with authentication'));
      await setUp.run(commandsOf('3. Does it ask who is calling?'));
      const [health, refused] = setUp.curled.slice(from);
      expect(health?.status).toBe(200);
      expect(refused?.status).toBe(401);
      expect(refused?.headers['www-authenticate']).toContain('Bearer');
      const started = setUp.logOf(LIVE).find(({ event }) => (event as { name?: string }).name === 'server.started');
      expect(started?.['msg']).toMatch(/authentication on$/);
      await expectNoSignIn();
    },
    START_MS,
  );

  it('answers every probe of its pods, which name it by address [E4]', async () => {
    for (const namespace of [TEST, LIVE]) {
      const deployment = the(setUp.cluster.objectsIn(namespace), 'Deployment');
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
        const path = String(valueAt(deployment, `spec.template.spec.containers.0.${probe}.httpGet.path`));
        expect((await setUp.probe(namespace, path)).status, `${namespace} ${path}`).toBe(200);
      }
    }
  });

  it(
    'moves the front end, in which everybody now signs in and is themselves in AWS [E4]',
    async () => {
      await setUp.run(commandsOf('4. The front end'));
      await expectSignIn();
    },
    START_MS,
  );

  it(
    'removes the whole test set-up, and sign-in goes on [E4]',
    async () => {
      expect(setUp.cluster.objectsIn(TEST).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(
        expect.arrayContaining(['Deployment cloudwatch-mcp', 'Secret aws-credentials']),
      );
      await setUp.run(commandsOf('5. Remove the test set-up'));
      expect(setUp.cluster.objectsIn(TEST)).toEqual([]);
      expect(setUp.cluster.running().filter(({ namespace }) => namespace === TEST)).toEqual([]);
      const left = JSON.stringify([...setUp.cluster.objectsIn(LIVE), ...setUp.cluster.objectsIn('chat')]);
      expect(left).not.toMatch(/ENABLE_AUTH|INSECURE|aws-credentials|cloudwatch-mcp-test/);
      await expectSignIn();
    },
    START_MS,
  );

  it(
    'goes back as it was, while the server with authentication stays and nothing but LibreChat reaches the other [E4]',
    async () => {
      await setUp.run(commandsOf('To the test set-up'));
      await expectNoSignIn();
      const pods = setUp.cluster.rolledOut('cloudwatch-mcp', TEST);
      const objects = setUp.cluster.objectsIn(TEST);
      expect(mayReach(objects, FRONT_END, pods, 3334)).toBe(true);
      expect(mayReach(objects, { ip: '10.0.0.17' }, pods, 3334)).toBe(false);
      expect(objects.filter(({ kind }) => kind === 'Ingress')).toEqual([]);
      expect(JSON.stringify(setUp.cluster.objectsIn('chat'))).not.toMatch(/OAUTH_CLIENT|oauth-credentials/);
      expect(setUp.cluster.rolledOut('cloudwatch-mcp', LIVE).environment).not.toHaveProperty('ENABLE_AUTH');
    },
    START_MS,
  );

  it(
    'goes live again by steps 4 and 5 [E4]',
    async () => {
      await setUp.run(commandsOf('4. The front end'));
      await setUp.run(commandsOf('5. Remove the test set-up'));
      await expectSignIn();
    },
    START_MS,
  );

  it('tells a good token from a bad one as the rollback says [E4]', async () => {
    const bad = await setUp.ask('https://mcp.example.com/mcp', 'no.token.atall');
    expect(bad.status).toBe(401);
    const good = await setUp.ask('https://mcp.example.com/mcp', await setUp.issuer.mintToken({ sub: 'alice' }));
    expect(good.status).toBe(415);
  });
});
