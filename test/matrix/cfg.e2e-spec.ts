import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeyStoreService } from '../../src/auth/api-key-store.service.js';
import { type SettingName, settingsSchema } from '../../src/config/settings.js';
import { AccessRulesService } from '../../src/credentials/access-rules.service.js';
import { hashedEntry, KeysFile } from '../support/keys-file.js';
import { ServerProcess } from '../support/server-process.js';
import { ALICE_ROLE, BOB_ROLE, signersOf, type Stack, startStack } from '../support/stack.js';
import { TlsFiles } from '../support/tls-files.js';
import { configurationProblems } from '../support/configuration-problems.js';

type Env = Readonly<Record<string, string | undefined>>;

const ROLE = 'arn:aws:iam::111122223333:role/CloudWatchReader';
const LISTEN = { CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1', CLOUDWATCH_MCP_PORT: '0', METRICS_PORT: '0' };

/** One issuer of each kind, complete. */
const SOUND: Env = {
  ...LISTEN,
  AWS_CLOUDWATCH_ROLE_ARN: ROLE,
  AWS_IDENTITY_CENTER_ISSUER: 'https://canary-1.example.com',
  AWS_IDENTITY_CENTER_CLIENT_ID: 'canary-2',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_canary3',
  AWS_COGNITO_CLIENT_ID: 'canary4',
  AWS_COGNITO_IDENTITY_POOL_ID: 'us-east-1:ca0a2100-4b5a-6978-8796-a5b4c3d2e1f0',
  OIDC_ISSUER: 'https://canary-5.example.com',
  OIDC_CLIENT_ID: 'canary-6',
  OAUTH_ISSUER: 'https://canary-7.example.com',
  OAUTH_JWKS_URL: 'https://canary-8.example.com/jwks.json',
  OAUTH_ISSUER_URL: 'https://canary-9.example.com',
  OAUTH_CLIENT_ID: 'canary-10',
  OAUTH_CLIENT_SECRET: 'canary-11-secret',
  OAUTH_INTROSPECTION_URL: 'https://canary-12.example.com/introspect',
  OAUTH_AUDIENCE: 'https://canary-13.example.com/mcp',
  OAUTH_ALLOWED_CLIENTS: 'canary-14',
};

/** Whom tokens come from and whom they are for: every variable that says so. */
const JUDGING = (Object.keys(settingsSchema.shape) as SettingName[]).filter((name) =>
  /AUDIENCE|ISSUER(_URL)?$|JWKS|CLIENT_ID$|ALLOWED_CLIENTS|POOL_ID|INTROSPECTION_URL/.test(name),
);

const NOTHING: readonly (readonly [string, (value: string) => string])[] = [
  ['nothing', () => ''],
  ['spaces', () => '   '],
  ['the word undefined', () => 'undefined'],
  ['a comma at its end', (value) => `${value},`],
];

describe('a variable that says whom tokens come from or are for', () => {
  it('is each of these, all of which the sound configuration has [CFG-01]', () => {
    expect(JUDGING).toEqual(Object.keys(SOUND).filter((name) => (JUDGING as string[]).includes(name)));
    expect(JUDGING).toHaveLength(14);
    expect(configurationProblems(SOUND)).toEqual([]);
  });

  it.each(NOTHING.flatMap(([what, spoil]) => JUDGING.map((name) => [name, what, spoil] as const)))(
    '%s that holds %s stops the start by name, without its value [CFG-01]',
    (name, _what, spoil) => {
      const problems = configurationProblems({ ...SOUND, [name]: spoil(SOUND[name] ?? '') });
      expect(problems).toContainEqual(expect.stringMatching(`^${name}: `));
      expect(problems.join('\n')).not.toMatch(/canary|ca0a2100/);
    },
  );

  it.each(NOTHING)('in ISSUERS_FILE that holds %s stops the start with its line [CFG-01]', (_what, spoil) => {
    const folder = mkdtempSync(join(tmpdir(), 'cfg-'));
    const file = join(folder, 'issuers.yaml');
    const fields = {
      issuer: 'https://canary.example.com',
      jwksUrl: 'https://canary.example.com/jwks',
      audiences: 'canary',
    };
    for (const name of Object.keys(fields) as (keyof typeof fields)[]) {
      const entries = Object.entries({ ...fields, [name]: spoil(fields[name]) });
      const lines = entries.map(([key, value]) => `  ${key}: ${key === 'audiences' ? `["${value}"]` : `"${value}"`}`);
      writeFileSync(file, `- profile: oidc\n${lines.join('\n')}\n`);
      const problems = configurationProblems({ ...LISTEN, AWS_CLOUDWATCH_ROLE_ARN: ROLE, ISSUERS_FILE: file });
      expect([name, problems]).toEqual([
        name,
        expect.arrayContaining([expect.stringMatching(`^ISSUERS_FILE line \\d: ${name}`)]) as unknown,
      ]);
      expect(problems.join('\n')).not.toContain('canary');
    }
    rmSync(folder, { recursive: true });
  });

  it('all of them in a real process: exit code 1, each by name, nothing served [CFG-01]', async () => {
    const ends = NOTHING.map(async ([what, spoil]) => {
      const spoiled = Object.fromEntries(JUDGING.map((name) => [name, spoil(SOUND[name] ?? '')]));
      const server = ServerProcess.launch({ env: { ...SOUND, ...spoiled } });
      return [what, await server.ended, server] as const;
    });
    for (const [what, code, { stdout, stderr }] of await Promise.all(ends)) {
      expect([what, code, stdout]).toEqual([what, 1, '']);
      for (const name of JUDGING) expect(stderr, what).toContain(`  - ${name}: `);
      expect(stderr).not.toMatch(/canary|ca0a2100|\n\s+at /);
    }
  });
});

interface PolicyFile {
  /** What makes a server that is sound but for the file. */
  readonly env: Env;
  readonly sound: string;
  /** What no version of the file may be. */
  readonly wrong: Readonly<Record<string, string | Buffer>>;
}

const KEY_LINE = hashedEntry('ci', 'canary-key');
const ACCESS = `accounts:\n  shop:\n    role: ${ROLE}\ngrants:\n  - subject: alice\n    account: shop\n`;
const ISSUERS = `- profile: oidc\n  issuer: https://canary.example.com\n  audiences: [canary-audience]\n`;
const BINARY = Buffer.from([0xff, 0xfe, 0x00, 0x9f, 0x92, 0x96]);
const OIDC = { OIDC_ISSUER: 'https://idp.example.com', OAUTH_AUDIENCE: 'https://mcp.example.com/mcp' };

const POLICY_FILES: Readonly<Record<string, PolicyFile>> = {
  API_KEYS_FILE: {
    env: { AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    sound: `${KEY_LINE}\n`,
    wrong: { 'half written': KEY_LINE.slice(0, 40), 'a JSON list': '["one", "two"]', binary: BINARY },
  },
  ACCESS_FILE: {
    env: OIDC,
    sound: ACCESS,
    wrong: {
      'half written': ACCESS.slice(0, ACCESS.indexOf('role/')),
      'cut within a grant': ACCESS.slice(0, ACCESS.indexOf('account: shop')),
      'a list': '- alice\n- bob\n',
      'a text': 'everybody',
      'a key file': KEY_LINE,
      binary: BINARY,
    },
  },
  ISSUERS_FILE: {
    env: { AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    sound: ISSUERS,
    wrong: {
      'half written': ISSUERS.slice(0, ISSUERS.indexOf('canary.')),
      'cut within a list': ISSUERS.slice(0, -3),
      'a map': 'issuer: https://canary.example.com\n',
      'an empty list': '[]\n',
      binary: BINARY,
    },
  },
};

describe('a file of policy', () => {
  let folder: string;
  let path: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfg-'));
    path = join(folder, 'canary-path.txt');
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const refused = (variable: string, { env }: PolicyFile, at = path): void => {
    const problems = configurationProblems({ ...LISTEN, ...env, [variable]: at });
    expect(problems).toContainEqual(expect.stringMatching(`^${variable}( line \\d+)?: `));
    expect(problems.join('\n')).not.toMatch(/canary|sha256:[0-9a-f]/);
  };

  it.each(Object.entries(POLICY_FILES))('%s is accepted when it is sound [CFG-03]', (variable, { env, sound }) => {
    writeFileSync(path, sound);
    expect(configurationProblems({ ...LISTEN, ...env, [variable]: path })).toEqual([]);
  });

  it.each(Object.entries(POLICY_FILES))('%s stops the start when it cannot be read [CFG-03]', (variable, file) => {
    refused(variable, file);
    mkdirSync(path);
    refused(variable, file);
    rmSync(path, { recursive: true });
    symlinkSync(join(folder, 'nowhere'), path);
    refused(variable, file);
    rmSync(path);
    symlinkSync(path, path);
    refused(variable, file);
    rmSync(path);
    writeFileSync(path, '');
    refused(variable, file);
    refused(variable, file, join(path, 'below-a-file'));
  });

  it.each(
    Object.entries(POLICY_FILES).flatMap(([variable, file]) =>
      Object.entries(file.wrong).map(([what, content]) => [variable, what, content, file] as const),
    ),
  )('%s stops the start when it is %s [CFG-03]', (variable, _what, content, file) => {
    writeFileSync(path, content);
    refused(variable, file);
  });

  it('in a real process: exit code 1 for each, and nothing is served [CFG-03]', async () => {
    const tls = new TlsFiles();
    tls.write({ cert: tls.issue().cert.slice(0, 200), key: tls.issue().key.slice(0, 60) });
    writeFileSync(path, BINARY);
    const files = { ...Object.fromEntries(Object.keys(POLICY_FILES).map((name) => [name, path])), ...tls.env };
    const server = ServerProcess.launch({ env: { ...LISTEN, ...OIDC, ...files } });
    expect([await server.ended, server.stdout]).toEqual([1, '']);
    for (const name of Object.keys(files)) expect(server.stderr).toMatch(new RegExp(`^ {2}- ${name}`, 'm'));
    tls.remove();
  });
});

describe('a file of policy that is replaced while the server runs', () => {
  const rules = (...grants: readonly (readonly [string, string])[]): string =>
    [
      'accounts:',
      `  shop: { role: "${ALICE_ROLE}" }`,
      `  bank: { role: "${BOB_ROLE}" }`,
      `grants:${grants.length === 0 ? ' []' : ''}`,
      ...grants.map(([subject, account]) => `  - { subject: ${subject}, account: ${account} }`),
      '',
    ].join('\n');

  let stack: Stack;
  let folder: string;
  let accessFile: string;
  let issuersFile: string;
  let keys: KeysFile;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cfg-'));
    accessFile = join(folder, 'access.yaml');
    keys = new KeysFile(hashedEntry('ci', 'first-key-of-the-file-0123456789abcdef'));
    writeFileSync(accessFile, rules(['alice', 'shop']));
    stack = await startStack({
      env: {
        ACCESS_FILE: accessFile,
        API_KEYS: undefined,
        API_KEYS_FILE: keys.path,
        API_KEY_CREDENTIALS: 'server',
        AWS_CLOUDWATCH_ROLE_ARN: undefined,
        AWS_ALLOWED_ROLE_ARNS: undefined,
      },
    });
  });
  afterAll(async () => {
    await stack.close();
    keys.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    replace(rules(['alice', 'shop']));
    stack.aws.calls.clear();
  });

  const replace = (text: string | Buffer): void => {
    writeFileSync(accessFile, text);
    stack.app.app.get(AccessRulesService).reload();
  };
  const asked = async (sub: string): Promise<string> => {
    const { status, body } = await stack.call(
      await stack.token(sub, { 'custom:role_arn': undefined }),
      'describe_log_groups',
    );
    return body.error ?? String(status);
  };
  const failing = async (): Promise<string | undefined> =>
    /^mcp_config_file_reload_failed\{file="ACCESS_FILE"\} (\d)$/m.exec(
      await (await fetch(stack.app.metricsUrl)).text(),
    )?.[1];
  const reloads = (): Record<string, unknown>[] =>
    stack.log.lines().filter(({ event }) => (event as { name?: string } | undefined)?.name === 'config-file.reload');

  it('counts from the next call on when it is sound: who lost a grant has none, who got one has it [CFG-03]', async () => {
    expect([await asked('alice'), await asked('bob')]).toEqual(['200', 'no_role']);
    replace(rules(['bob', 'bank']));
    expect([await asked('alice'), await asked('bob')]).toEqual(['no_role', '200']);
    expect(await failing()).toBe('0');
  });

  it('may grant something to a key that came into the file of keys since [CFG-03]', async () => {
    keys.write(hashedEntry('night', 'second-key-of-the-file-0123456789abcdef'));
    await stack.app.app.get(ApiKeyStoreService).reload();
    replace(`${rules(['alice', 'shop'])}  - { apiKey: night, account: shop }\n`);
    expect(await failing()).toBe('0');
    expect((await stack.call('second-key-of-the-file-0123456789abcdef', 'describe_log_groups')).status).toBe(200);
    expect(signersOf(stack.aws, 'DescribeLogGroups')).toEqual([expect.stringContaining('111111111111:assumed-role')]);
  });

  it.each<[string, string | Buffer]>([
    ['empty', ''],
    ['half written', rules(['alice', 'shop'], ['bob', 'bank']).slice(0, 120)],
    ['a list', '- alice\n'],
    ['without a grant', rules()],
    ['binary', BINARY],
    ['full of unknown names', rules(['bob', 'nowhere'])],
    ['partly good', `${rules(['bob', 'bank'])}extra: true\n`],
  ])('leaves the last good one in force when it is %s, and a metric says so [CFG-03]', async (_what, content) => {
    const said = reloads().length;
    replace(content);
    replace(content);
    expect([await asked('alice'), await asked('bob')]).toEqual(['200', 'no_role']);
    expect(await failing()).toBe('1');
    expect(reloads().slice(said)).toMatchObject([
      {
        level: 'warn',
        config_file: { variable: 'ACCESS_FILE', outcome: 'failed' },
        detail: expect.any(String) as string,
      },
    ]);
    replace(rules(['alice', 'shop']));
    expect([await failing(), await asked('alice')]).toEqual(['0', '200']);
  });

  it('leaves the last good one in force when it is gone [CFG-03]', async () => {
    rmSync(accessFile);
    stack.app.app.get(AccessRulesService).reload();
    expect([await asked('alice'), await asked('bob'), await failing()]).toEqual(['200', 'no_role', '1']);
  });

  it('is never without a policy: no call of 60 in between is made with any but its own role [CFG-03]', async () => {
    const versions = ['', rules(['alice', 'shop']), 'x', rules(['alice', 'shop']), BINARY];
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        if (index % 3 === 0) replace(versions[(index / 3) % versions.length] ?? '');
        return asked(index % 2 === 0 ? 'alice' : 'bob');
      }),
    );
    expect(new Set(answers.filter((_, index) => index % 2 === 0))).toEqual(new Set(['200']));
    expect(new Set(answers.filter((_, index) => index % 2 === 1))).toEqual(new Set(['no_role']));
    const signers = signersOf(stack.aws, 'DescribeLogGroups');
    expect(signers.every((arn) => arn.includes('111111111111:assumed-role/CloudWatchReader/'))).toBe(true);
  });

  it('is read at start only where it says who is trusted: ISSUERS_FILE [CFG-03]', async () => {
    issuersFile = join(folder, 'issuers.yaml');
    const entry = (issuer: string, audience: string): string =>
      `- profile: oidc\n  issuer: ${issuer}\n  audiences: ["${audience}"]\n`;
    const first = await startStack();
    writeFileSync(issuersFile, entry(first.issuer.issuer, 'https://mcp.example.com/mcp'));
    const running = await startStack({
      env: { OIDC_ISSUER: undefined, OAUTH_AUDIENCE: undefined, ISSUERS_FILE: issuersFile },
    });
    const token = await first.issuer.mintToken({ sub: 'alice' }, { audience: 'https://mcp.example.com/mcp' });
    const status = async (): Promise<number> => (await running.call(token, 'list_accounts')).status;
    const before = await status();
    writeFileSync(issuersFile, 'nonsense');
    expect([before, await status()]).toEqual([200, 200]);
    await running.close();
    await first.close();
  });
});
