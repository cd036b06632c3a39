import * as fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { loadAppConfig } from './app-config.js';
import { parseAccessFile } from './access-file.js';
import type { AccessRules } from './access-rules.js';

const SHOP = 'arn:aws:iam::111111111111:role/CloudWatchReader';
const ISSUER = 'https://idp.example.com';
const AROUND = {
  region: 'us-east-1',
  allowedRegions: ['us-east-1', 'eu-west-1'],
  issuers: [ISSUER],
  apiKeys: ['ci'],
};

const GOOD = `accounts:
  shop:
    id: 111111111111
    role: ${SHOP}
    regions: [eu-west-1]
    description: Web shop
    linkedAccounts: [222222222222]
  logistics:
    roles:
      reader: arn:aws:iam::222222222222:role/CloudWatchReader
      admin: arn:aws:iam::222222222222:role/team/Admin
    externalId: a-guid
grants:
  - group: oncall
    account: shop
  - issuer: ${ISSUER}
    claims: { department: ops, level: 3 }
    account: logistics
    role: admin
  - apiKey: ci
    account: logistics
    role: reader
`;

function parsed(text: string, around = AROUND): { rules: AccessRules; problems: string[]; warnings: string[] } {
  const findings = { problems: [] as string[], warnings: [] as string[] };
  return { rules: parseAccessFile(text, around, findings), ...findings };
}

function problems(text: string, around = AROUND): string[] {
  return parsed(text, around).problems;
}

/** The good file with one line replaced. */
function withLine(line: number, text: string): string {
  return GOOD.split('\n')
    .with(line - 1, text)
    .join('\n');
}

describe('parseAccessFile', () => {
  it('reads accounts and grants in the order of the file [B8]', () => {
    const { rules, problems: found, warnings } = parsed(GOOD);
    expect([found, warnings]).toEqual([[], []]);
    expect(rules.accounts).toEqual([
      {
        alias: 'shop',
        roles: [{ arn: SHOP }],
        regions: ['eu-west-1'],
        description: 'Web shop',
        linkedAccounts: ['222222222222'],
      },
      {
        alias: 'logistics',
        roles: [
          { name: 'reader', arn: 'arn:aws:iam::222222222222:role/CloudWatchReader' },
          { name: 'admin', arn: 'arn:aws:iam::222222222222:role/team/Admin' },
        ],
        regions: undefined,
        externalId: 'a-guid',
        linkedAccounts: [],
      },
    ]);
    expect(rules.grants.map(({ account, roleArn, ...grant }) => ({ ...grant, to: account.alias, roleArn }))).toEqual([
      { group: 'oncall', claims: {}, to: 'shop', roleArn: SHOP },
      {
        issuer: ISSUER,
        claims: { department: 'ops', level: '3' },
        to: 'logistics',
        roleArn: 'arn:aws:iam::222222222222:role/team/Admin',
      },
      { apiKey: 'ci', claims: {}, to: 'logistics', roleArn: 'arn:aws:iam::222222222222:role/CloudWatchReader' },
    ]);
  });

  it.each([
    [
      'a role ARN that is none',
      4,
      '    role: arn:aws:iam::111111111111:user/alice',
      /^4: accounts\.shop\.role: must be the full ARN/,
    ],
    [
      'a role of another account',
      4,
      '    role: arn:aws:iam::333333333333:role/R',
      /^4: accounts\.shop\.role: .*than id says/,
    ],
    [
      'a role of another partition',
      4,
      '    role: arn:aws-cn:iam::111111111111:role/R',
      /^4: accounts\.shop\.role: .*partition/,
    ],
    [
      'roles of two accounts',
      11,
      '      admin: arn:aws:iam::333333333333:role/R',
      /^11: accounts\.logistics\.roles\.admin: .*than the others/,
    ],
    ['no role', 4, '    # role:', /^2: accounts\.shop: give either role or/],
    ['an id that is none', 3, '    id: 1111', /^3: accounts\.shop\.id: must be the twelve digits/],
    ['an alias twice', 8, '  shop:', /^8: accounts\.shop: is given twice/],
    ['an alias that is a number', 8, '  222222222222:', /^8: accounts\.222222222222: an alias begins with a letter/],
    [
      'a region that is not allowed',
      5,
      '    regions: [us-west-2]',
      /^5: accounts\.shop\.regions\.0: is not one of AWS_ALLOWED_REGIONS/,
    ],
    [
      'a region that is none',
      5,
      '    regions: [eu-west-1, atlantis-1]',
      /^5: accounts\.shop\.regions\.1: is not a region/,
    ],
    ['regions that are no list', 5, '    regions: eu-west-1', /^5: accounts\.shop\.regions: must be a list/],
    ['an unknown key', 6, '    descripton: Web shop', /^6: accounts\.shop\.descripton: is not known here/],
    [
      'an external id STS does not take',
      12,
      '    externalId: "a b"',
      /^12: accounts\.logistics\.externalId: must be 2 to 1224/,
    ],
    ['a grant to an unknown account', 15, '    account: shopp', /^15: grant 1: account: no account has this alias/],
    ['a grant without an account', 15, '', /^14: grant 1: account: must be text/],
    ['a grant to everybody', 14, '  - # group', /^15: grant 1: lets everybody in/],
    ['a grant with a misspelt condition', 14, '  - groop: oncall', /^14: grant 1: groop: is not known here/],
    ['a grant with an empty condition', 14, '  - group:', /^14: grant 1: group: is empty/],
    [
      'a grant to one of several roles unnamed',
      19,
      '',
      /^16: grant 2: must name one of the roles of logistics: reader, admin/,
    ],
    ['a grant to an unknown role', 19, '    role: root', /^19: grant 2: role: must name one of the roles of logistics/],
    [
      'a grant that mixes a key with a token',
      20,
      '  - { apiKey: ci, group: oncall, account: shop }\n  - apiKey: ci',
      /^20: grant 3: apiKey: a key has no issuer/,
    ],
  ])('says what is wrong, with its line: %s', (_what, line, text, expected) => {
    const found = problems(withLine(line, text)).map((problem) => problem.replace(/^ACCESS_FILE line /, ''));
    expect(found.length, found.join('\n')).toBeGreaterThan(0);
    expect(
      found.filter((problem) => expected.test(problem)),
      found.join('\n'),
    ).toHaveLength(1);
  });

  it('says everything that is wrong at once, in the order of the lines', () => {
    const found = problems(
      withLine(4, '    role: x').replace('account: shop\n', 'account: nowhere\n').replace('id: 1', 'id: x'),
    );
    expect(found.map((problem) => /line (\d+)/.exec(problem)?.[1])).toEqual(['3', '4', '15']);
  });

  it('wants the issuer named where several are configured, since they share words and not people', () => {
    const around = { ...AROUND, issuers: [ISSUER, 'https://other.example.com'] };
    expect(problems(GOOD, around)).toEqual([expect.stringMatching(/^ACCESS_FILE line 14: grant 1: name the issuer/)]);
  });

  it('warns of grants that let nobody in', () => {
    const { problems: found, warnings } = parsed(GOOD, { ...AROUND, issuers: [`${ISSUER}/`], apiKeys: [] });
    expect(found).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^ACCESS_FILE line 16: grant 2: issuer: .*lets nobody in/),
      expect.stringMatching(/^ACCESS_FILE line 20: grant 3: apiKey: .*lets nobody in/),
    ]);
  });

  it('grants nothing from a file cut off anywhere that the whole file does not grant [CFG-03]', () => {
    const whole = new Set(parsed(GOOD).rules.grants.map((grant) => JSON.stringify(grant)));
    for (let length = 0; length < GOOD.length; length += 1) {
      const { problems: found, rules } = parsed(GOOD.slice(0, length));
      if (found.length > 0) continue;
      expect(rules.grants.filter((grant) => !whole.has(JSON.stringify(grant)))).toEqual([]);
    }
  });

  it('never throws, whatever the file holds', () => {
    const word = fc.constantFrom(
      'accounts',
      'grants',
      'shop',
      'role',
      SHOP,
      'group',
      'account',
      '__proto__',
      'claims',
      '',
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        word,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        // JSON is YAML.
        const { problems: found, rules } = parsed(JSON.stringify(value));
        expect(found.every((problem) => /^ACCESS_FILE line \d+: /.test(problem))).toBe(true);
        if (found.length === 0) expect(rules.grants.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('ACCESS_FILE', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'access-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const KEY = `ci:sha256:${'0'.repeat(64)}`;
  const TOKENS = { OIDC_ISSUER: ISSUER, OAUTH_AUDIENCE: 'https://mcp.example.com/mcp' };

  function file(name: string, content: string | Uint8Array): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  function refusal(env: Record<string, string>): string {
    try {
      loadAppConfig(env);
      return '';
    } catch (error) {
      if (error instanceof ConfigurationInvalid) return error.problems.join('\n');
      throw error;
    }
  }

  it.each([
    ['that is missing', () => join(folder, 'nowhere.yaml'), /cannot be read \(ENOENT\)/],
    [
      'that is a folder',
      () => (mkdirSync(join(folder, 'd'), { recursive: true }), join(folder, 'd')),
      /cannot be read \(EISDIR\)/,
    ],
    ['that is empty', () => file('empty.yaml', ' \n'), /empty file/],
    ['that is not text', () => file('bytes.yaml', new Uint8Array([0xff, 0xfe, 0x00])), /not UTF-8/],
    ['that is too large', () => file('large.yaml', '#'.repeat(1_048_577)), /larger than 1 MB/],
    ['that is half written', () => file('half.yaml', GOOD.slice(0, 60)), /line \d+/],
    ['of the wrong type', () => file('list.yaml', '- accounts'), /must hold accounts and grants/],
    ['without grants', () => file('grants.yaml', GOOD.slice(0, GOOD.indexOf('grants:'))), /grants: must be a list/],
  ])('stops the start when it names a file %s [CFG-03]', (_what, path, expected) => {
    const env = { ...TOKENS, API_KEYS: KEY, AWS_CLOUDWATCH_ROLE_ARN: SHOP };
    expect(refusal(env)).toBe('');
    expect(refusal({ ...env, ACCESS_FILE: path() })).toMatch(expected);
    expect(refusal({ ...env, ACCESS_FILE: path() })).toMatch(/^ACCESS_FILE/);
  });

  it('gives callers with a key a role, so that no other setting is needed [B10]', () => {
    const env = { API_KEYS: KEY, ACCESS_FILE: file('good.yaml', GOOD) };
    expect(loadAppConfig(env).aws.access?.grants).toHaveLength(3);
    const other = { ...env, API_KEYS: `${KEY},other:sha256:${'1'.repeat(64)}` };
    for (const way of ['AWS_CLOUDWATCH_ROLE_ARN', 'ACCESS_FILE', 'API_KEY_CREDENTIALS=server'])
      expect(refusal(other)).toContain(way);
    expect(refusal({ ...other, API_KEY_CREDENTIALS: 'server' })).toBe('');
  });

  it('gives people a role only by grants that are for people', () => {
    const keysOnly = GOOD.slice(0, GOOD.indexOf('  - group')) + GOOD.slice(GOOD.indexOf('  - apiKey'));
    expect(refusal({ ...TOKENS, ACCESS_FILE: file('people.yaml', GOOD) })).toBe('');
    expect(refusal({ ...TOKENS, ACCESS_FILE: file('keys.yaml', keysOnly) })).toContain(
      'signed-in callers have no AWS role',
    );
  });

  it('is told to be unused while authentication is off', () => {
    const config = loadAppConfig({ ENABLE_AUTH: 'false', ACCESS_FILE: 'nowhere.yaml' });
    expect(config.aws.access).toBeUndefined();
    expect(config.warnings.join()).toContain('ACCESS_FILE is not used');
  });

  it('is shipped with an example that starts', () => {
    const env = {
      OIDC_ISSUER: ISSUER,
      OAUTH_AUDIENCE: 'https://mcp.example.com/mcp',
      API_KEYS: `nightly-report:sha256:${'0'.repeat(64)}`,
      ACCESS_FILE: 'config/examples/access.yaml',
    };
    const { aws, warnings } = loadAppConfig(env);
    expect(aws.access?.accounts.map(({ alias }) => alias)).toEqual(['shop', 'logistics', 'monitoring']);
    expect(warnings.filter((warning) => warning.includes('ACCESS_FILE'))).toEqual([]);
  });
});
