import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeRedis } from '../support/fake-redis.js';
import { IntrospectionEndpoint } from '../support/introspection-endpoint.js';
import { hashedEntry, KeysFile } from '../support/keys-file.js';
import { LIMITED_ROLE, type Stack, startStack } from '../support/stack.js';
import { TlsFiles } from '../support/tls-files.js';

type Env = Readonly<Record<string, string | undefined>>;

/** A way in by API key and nothing else. */
const KEY_ONLY: Env = { OIDC_ISSUER: undefined, OAUTH_AUDIENCE: undefined, AWS_ALLOWED_ROLE_ARNS: undefined };
/** A way in by the tokens of one issuer and nothing else. */
const SIGN_IN_ONLY: Env = { API_KEYS: undefined, AWS_ALLOWED_ROLE_ARNS: undefined };

const FILE_KEY = 'key-of-the-file-0123456789abcdef0123456789';
const OPAQUE = 'opaque-token-0123456789abcdef';
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:*"],"Resource":"*"}]}';

let folder: string;
let introspection: IntrospectionEndpoint;
let redis: FakeRedis;
let keys: KeysFile;
let tls: TlsFiles;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'features-'));
  introspection = await IntrospectionEndpoint.start();
  introspection.activate(OPAQUE, { aud: 'https://mcp.example.com/mcp' });
  redis = await FakeRedis.start();
  keys = new KeysFile(hashedEntry('file', FILE_KEY));
  tls = new TlsFiles();
  writeFileSync(
    join(folder, 'access.yaml'),
    `accounts:\n  shop: { role: '${LIMITED_ROLE}' }\ngrants:\n  - { subject: alice, account: shop }\n`,
  );
});
afterAll(async () => {
  await introspection.stop();
  await redis.stop();
  keys.remove();
  tls.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Feature {
  /** Everything else that is configured. */
  readonly beside: Env;
  /** What switches it on, and what more it takes for it to be off. */
  readonly on: () => Env;
  readonly off?: Env;
  readonly seen: (of: Stack) => Promise<unknown>;
  readonly effect: unknown;
  readonly without: unknown;
}

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

function post(of: Stack, credential: string | undefined, headers: Record<string, string> = {}): Promise<Response> {
  const authorization = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  return fetch(of.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: LIST,
  });
}

const status = async (of: Stack, credential?: string): Promise<number> => (await post(of, credential)).status;
const statuses = async (of: Stack, credential: string, times: number): Promise<number[]> => {
  const answers: number[] = [];
  for (let index = 0; index < times; index += 1) answers.push(await status(of, credential));
  return answers;
};
const minted = (of: Stack, claims: Record<string, unknown> = {}): Promise<string> =>
  of.token('alice', { 'custom:role_arn': undefined, ...claims });
const asAlice = async (of: Stack, claims?: Record<string, unknown>): Promise<number> =>
  status(of, await minted(of, claims));
const called = async (of: Stack, name: string, args: object = {}): Promise<string> => {
  const { status: code, body } = await of.call(of.apiKey, name, args);
  return body.error ?? String(code);
};
const toolNames = async (answer: Response): Promise<string[]> =>
  ((await answer.json()) as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
const failureLines = (text: string): number => text.split('\n').filter((line) => line.includes('auth.failure')).length;

/** The status of the health page over TLS; the code of the failure when TLS is not spoken. */
function overTls(of: Stack): Promise<number | string | undefined> {
  const url = new URL('/health', of.app.url.replace(/^http:/, 'https:'));
  return new Promise((resolve) => {
    requestTls(url, { ca: tls.authority.cert, agent: false }, (answer) => resolve(answer.resume().statusCode))
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      .end();
  });
}

const FEATURES: Readonly<Record<string, Feature>> = {
  'tokens of an issuer': {
    beside: {},
    on: () => SIGN_IN_ONLY,
    off: KEY_ONLY,
    seen: asAlice,
    effect: 200,
    without: 401,
  },
  'API keys': {
    beside: {},
    on: () => KEY_ONLY,
    off: SIGN_IN_ONLY,
    seen: (of) => status(of, of.apiKey),
    effect: 200,
    without: 401,
  },
  'API keys in a file': {
    beside: KEY_ONLY,
    on: () => ({ API_KEYS: undefined, API_KEYS_FILE: keys.path }),
    seen: (of) => status(of, FILE_KEY),
    effect: 200,
    without: 401,
  },
  'opaque tokens': {
    beside: KEY_ONLY,
    on: () => ({ API_KEYS: undefined, OAUTH_AUDIENCE: 'https://mcp.example.com/mcp', ...introspection.env }),
    seen: (of) => status(of, OPAQUE),
    effect: 200,
    without: 401,
  },
  'all issuers off at once, API keys left': {
    beside: {},
    on: () => ({ OAUTH_ENABLED: 'false' }),
    seen: async (of) => [await asAlice(of), await status(of, of.apiKey)],
    effect: [401, 200],
    without: [200, 200],
  },
  'authentication as a whole': {
    beside: KEY_ONLY,
    on: () => ({}),
    off: { API_KEYS: undefined, ENABLE_AUTH: 'false' },
    seen: (of) => status(of),
    effect: 401,
    without: 200,
  },
  'scopes of the endpoint': {
    beside: SIGN_IN_ONLY,
    on: () => ({ OAUTH_REQUIRED_SCOPES: 'cw:admin' }),
    seen: asAlice,
    effect: 403,
    without: 200,
  },
  'scopes of tool families': {
    beside: SIGN_IN_ONLY,
    on: () => ({ TOOL_SCOPES: 'logs=cw:admin' }),
    seen: async (of) => (await toolNames(await post(of, await minted(of)))).includes('describe_log_groups'),
    effect: false,
    without: true,
  },
  'clients by their id': {
    beside: SIGN_IN_ONLY,
    on: () => ({ OAUTH_ALLOWED_CLIENTS: 'librechat' }),
    seen: async (of) => [await asAlice(of, { client_id: 'librechat' }), await asAlice(of, { client_id: 'other' })],
    effect: [200, 401],
    without: [200, 200],
  },
  'roles by the file of grants': {
    beside: { ...SIGN_IN_ONLY },
    on: () => ({ AWS_CLOUDWATCH_ROLE_ARN: undefined, ACCESS_FILE: join(folder, 'access.yaml') }),
    seen: async (of) => {
      const asked = async (sub: string): Promise<string> => {
        const token = await of.token(sub, { 'custom:role_arn': undefined });
        const { body } = await of.call(token, 'list_accounts');
        return body.error ?? JSON.stringify(body.result).includes('"shop"').toString();
      };
      return [await asked('alice'), await asked('bob')];
    },
    effect: ['true', 'no_role'],
    without: ['false', 'false'],
  },
  'narrowed role sessions': {
    beside: KEY_ONLY,
    on: () => ({ AWS_SESSION_POLICY: POLICY }),
    seen: async (of) => {
      await called(of, 'describe_log_groups');
      return of.aws.calls.of('AssumeRole').map(({ input }) => (input as { Policy?: string }).Policy);
    },
    effect: [POLICY],
    without: [undefined],
  },
  'regions by name': {
    beside: KEY_ONLY,
    on: () => ({ AWS_ALLOWED_REGIONS: 'us-east-1' }),
    seen: (of) => called(of, 'describe_log_groups', { region: 'eu-west-1' }),
    effect: 'target_not_allowed',
    without: '200',
  },
  'log groups by name': {
    beside: KEY_ONLY,
    on: () => ({ ALLOWED_LOG_GROUPS: '/nowhere/*' }),
    seen: async (of) => (await of.call(of.apiKey, 'describe_log_groups')).body.result?.['returned'] !== 0,
    effect: false,
    without: true,
  },
  'browser origins': {
    beside: KEY_ONLY,
    on: () => ({ CORS_ALLOWED_ORIGINS: 'https://chat.example.com' }),
    seen: async (of) => {
      const headers = { origin: 'https://chat.example.com', 'access-control-request-method': 'POST' };
      const answer = await fetch(of.endpoint, { method: 'OPTIONS', headers });
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    },
    effect: [204, 'https://chat.example.com'],
    without: [403, null],
  },
  'the names of the server': {
    beside: KEY_ONLY,
    on: () => ({ ALLOWED_HOSTS: 'mcp.example.com' }),
    seen: (of) => status(of, of.apiKey),
    effect: 403,
    without: 200,
  },
  'addresses behind proxies': {
    beside: KEY_ONLY,
    on: () => ({ TRUSTED_PROXIES: '127.0.0.1' }),
    seen: async (of) => {
      await post(of, undefined, { 'x-forwarded-for': '203.0.113.9' });
      return of.log.text.includes('203.0.113.9');
    },
    effect: true,
    without: false,
  },
  'a limit for each caller': {
    beside: KEY_ONLY,
    on: () => ({ RATE_LIMIT_PER_USER: '2' }),
    seen: (of) => statuses(of, of.apiKey, 3),
    effect: [200, 200, 429],
    without: [200, 200, 200],
  },
  'a limit of failures': {
    beside: KEY_ONLY,
    on: () => ({ RATE_LIMIT_FAILED_AUTH: '2' }),
    seen: (of) => statuses(of, 'x'.repeat(40), 3),
    effect: [401, 401, 429],
    without: [401, 401, 401],
  },
  'limits shared through Redis': {
    beside: KEY_ONLY,
    on: () => ({ REDIS_URL: redis.url }),
    seen: async (of) => {
      const before = redis.commands.length;
      await status(of, of.apiKey);
      return redis.commands.length > before;
    },
    effect: true,
    without: false,
  },
  'metrics in CloudWatch': {
    beside: KEY_ONLY,
    on: () => ({ METRICS_CLOUDWATCH: 'true' }),
    seen: async (of) => {
      await status(of, 'x'.repeat(40));
      await of.app.close();
      return of.aws.calls.of('PutMetricData').length > 0;
    },
    effect: true,
    without: false,
  },
  'metrics in the log': {
    beside: KEY_ONLY,
    on: () => ({ METRICS_EMF: 'true' }),
    seen: async (of) => {
      await status(of, 'x'.repeat(40));
      await of.app.close();
      return of.log.text.includes('"_aws"');
    },
    effect: true,
    without: false,
  },
  'an audit log of its own': {
    beside: KEY_ONLY,
    on: () => ({ AUDIT_LOG: join(folder, 'audit.jsonl') }),
    seen: async (of) => {
      const file = join(folder, 'audit.jsonl');
      await status(of, 'x'.repeat(40));
      await of.app.close();
      const lines = [existsSync(file) ? failureLines(readFileSync(file, 'utf8')) : 0, failureLines(of.log.text)];
      rmSync(file, { force: true });
      return lines;
    },
    effect: [1, 0],
    without: [0, 1],
  },
  'TLS by the server itself': {
    beside: KEY_ONLY,
    on: () => ({ ...tls.env, PUBLIC_URL: 'https://127.0.0.1' }),
    seen: async (of) => [new URL(of.app.url).protocol, await overTls(of)],
    effect: ['https:', 200],
    without: ['http:', expect.stringMatching(/^(EPROTO|ERR_SSL_|ECONNRESET)/)],
  },
  'browsers kept to https': {
    beside: { ...KEY_ONLY, ALLOWED_HOSTS: '127.0.0.1' },
    on: () => ({ PUBLIC_URL: 'https://mcp.example.com' }),
    seen: async (of) => (await fetch(of.app.url)).headers.has('strict-transport-security'),
    effect: true,
    without: false,
  },
};

describe('each security feature can be switched on alone and off again', () => {
  it.each(Object.entries(FEATURES))('%s [E9]', async (_name, { beside, on, off = {}, seen, effect, without }) => {
    const observed = async (env: Env): Promise<unknown> => {
      const stack = await startStack({ env: { ...beside, ...env } });
      try {
        return await seen(stack);
      } finally {
        await stack.close();
      }
    };
    expect(await observed(on())).toEqual(effect);
    expect(await observed(off)).toEqual(without);
  });
});
