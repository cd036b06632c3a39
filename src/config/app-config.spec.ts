import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { loadAppConfig } from './app-config.js';
import { parseApiKeys } from './api-key-entries.js';
import { settingNotes, settingsSchema, type SettingName } from './settings.js';

const ROLE = 'arn:aws:iam::111122223333:role/CloudWatchReader';
const OIDC = {
  OIDC_ISSUER: 'https://idp.example.com',
  OAUTH_AUDIENCE: 'https://mcp.example.com/mcp',
  AWS_CLOUDWATCH_ROLE_ARN: ROLE,
};
const KEY = createHash('sha256').update('a key').digest('hex');

function problems(env: Record<string, string | undefined>): string {
  try {
    loadAppConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems.join('\n');
    throw error;
  }
  return '';
}

describe('loadAppConfig', () => {
  it('says in one screen what to set when nothing is', () => {
    const text = problems({});
    for (const word of ['OIDC_ISSUER', 'API_KEYS', 'AWS_CLOUDWATCH_ROLE_ARN', 'ENABLE_AUTH=false', 'npm run demo']) {
      expect(text).toContain(word);
    }
    expect(text.split('\n').length).toBeLessThan(20);
  });

  it('reports every problem at once, each with its variable and an example, and shows no value', () => {
    const env = {
      OIDC_ISSUER: 'http://idp.internal.example.com',
      CORS_ALLOWED_ORIGINS: '*',
      CLOUDWATCH_MCP_PORT: 'eighty',
      AWS_REGION: 'atlantis-1',
      API_KEYS: 'changeme-0123',
      AWS_CLOUDWATCH_ROLE_ARN: 'CloudWatchReader',
    };
    const text = problems(env);
    for (const [name, value] of Object.entries(env)) {
      expect(text, name).toContain(`${name}: `);
      if (value !== '*' && name !== 'AWS_CLOUDWATCH_ROLE_ARN') expect(text).not.toContain(value);
    }
    expect(text).toContain(`example: CLOUDWATCH_MCP_PORT=${settingNotes('CLOUDWATCH_MCP_PORT').example}`);
  });

  it.each(['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OAUTH_AUDIENCE'])(
    'refuses %s when it is set but holds nothing',
    (name) => {
      for (const value of ['', '   ', 'undefined']) expect(problems({ ...OIDC, [name]: value })).toContain(`${name}: `);
      expect(problems({ ...OIDC, OAUTH_AUDIENCE: 'a,' })).toContain('OAUTH_AUDIENCE: ');
    },
  );

  it('takes the audience as configured, else this server and the client id with a warning [A4]', () => {
    const strict = loadAppConfig({ ...OIDC, OAUTH_AUDIENCE: 'one, two', OIDC_CLIENT_ID: 'app' });
    expect(strict.auth.issuers).toMatchObject([{ audiences: ['one', 'two'], acceptedTokens: ['access'] }]);
    const open = loadAppConfig({
      ...OIDC,
      OAUTH_AUDIENCE: undefined,
      OIDC_CLIENT_ID: 'app',
      PUBLIC_URL: 'https://mcp.example.com',
    });
    expect(open.auth.issuers).toMatchObject([
      { audiences: ['https://mcp.example.com/mcp', 'app'], acceptedTokens: ['access', 'id'] },
    ]);
    expect(open.warnings.join()).toContain('OAUTH_AUDIENCE=https://mcp.example.com/mcp');
    const both = loadAppConfig({ ...OIDC, ACCEPT_ID_TOKENS: 'true' });
    expect(both.auth.issuers).toMatchObject([{ acceptedTokens: ['access', 'id'] }]);
  });

  it('switches authentication off for the value false only, with a warning and on loopback only [A8]', () => {
    for (const name of ['ENABLE_AUTH', 'AUTH_ENABLED']) {
      const off = loadAppConfig({ [name]: 'False' });
      expect([off.auth.enabled, off.http.host]).toEqual([false, '127.0.0.1']);
      expect(off.warnings.join()).toContain('AUTHENTICATION IS OFF');
      for (const value of ['true', '1', 'no', 'off'])
        expect(loadAppConfig({ ...OIDC, [name]: value }).auth.enabled).toBe(true);
    }
    expect(loadAppConfig(OIDC)).toMatchObject({ auth: { enabled: true }, http: { host: '0.0.0.0', port: 3334 } });
    expect(problems({ ENABLE_AUTH: 'false', AUTH_ENABLED: 'true' })).toContain('disagree');
    expect(problems({ ENABLE_AUTH: 'false', CLOUDWATCH_MCP_SERVER_HOST: '0.0.0.0' })).toContain('loopback only');
    const open = { ENABLE_AUTH: 'false', INSECURE_ALLOW_NO_AUTH: 'true' };
    expect(problems(open)).toContain('ALLOWED_HOSTS');
    expect(loadAppConfig({ ...open, ALLOWED_HOSTS: 'mcp.internal' }).http.host).toBe('0.0.0.0');
    expect(loadAppConfig({ ...open, CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1' }).http.host).toBe('127.0.0.1');
  });

  it('starts no server whose API-key callers would have no role, and names all three ways out [B10]', () => {
    const env = { API_KEYS: `ci:sha256:${KEY}` };
    for (const way of ['AWS_CLOUDWATCH_ROLE_ARN', 'ACCESS_FILE', 'API_KEY_CREDENTIALS=server'])
      expect(problems(env)).toContain(way);
    expect(loadAppConfig({ ...env, AWS_CLOUDWATCH_ROLE_ARN: ROLE }).aws.apiKeysUseServerIdentity).toBe(false);
    expect(loadAppConfig({ ...env, API_KEY_CREDENTIALS: 'server' }).aws.apiKeysUseServerIdentity).toBe(true);
  });

  it('takes the region from AWS_REGION, else us-east-1 [C4]', () => {
    expect(loadAppConfig(OIDC).aws.region).toBe('us-east-1');
    expect(loadAppConfig({ ...OIDC, AWS_REGION: 'eu-west-1' }).aws.region).toBe('eu-west-1');
    const china = loadAppConfig({ ...OIDC, AWS_REGION: 'cn-north-1' });
    expect(china.aws.allowedRegions).toEqual(['cn-north-1', 'cn-northwest-1']);
    expect(problems({ ...OIDC, AWS_REGION: 'eu-west-1', AWS_ALLOWED_REGIONS: 'us-east-1' })).toContain(
      'AWS_ALLOWED_REGIONS',
    );
  });

  it("sends no signed call outside AWS's domains unless told to", () => {
    expect(problems({ ...OIDC, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' })).toContain('INSECURE_ALLOW_AWS_ENDPOINT');
    expect(problems({ ...OIDC, AWS_ENDPOINT_URL: 'https://amazonaws.com.evil.example' })).toContain('AWS_ENDPOINT_URL');
    expect(problems({ ...OIDC, AWS_ENDPOINT_URL: 'https://monitoring.us-east-1.amazonaws.com' })).toBe('');
  });

  it('never fails with anything but its list, whatever the environment holds', () => {
    const names = Object.keys(settingsSchema.shape);
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names), fc.string({ maxLength: 40 })),
        (env) => typeof problems(env) === 'string',
      ),
      { numRuns: 300 },
    );
  });

  it('accepts the example of every variable', () => {
    for (const name of Object.keys(settingsSchema.shape) as SettingName[]) {
      if (name === 'API_KEYS' || name === 'STATE_SECRET') continue;
      expect(settingsSchema.safeParse({ [name]: settingNotes(name).example }).error?.issues, name).toBeUndefined();
    }
  });
});

describe('AUDIT_LOG', () => {
  it.each([
    ['/var/log/audit.jsonl', '/var/log/audit.jsonl'],
    ['./audit.jsonl', './audit.jsonl'],
    ['STDERR', 'stderr'],
    ['stdout', 'stdout'],
    [undefined, undefined],
  ])('takes %s', (AUDIT_LOG, auditLog) => {
    expect(loadAppConfig({ ENABLE_AUTH: 'false', AUDIT_LOG }).auditLog).toBe(auditLog);
  });

  it.each(['', 'audit.jsonl', 'syslog'])('refuses "%s", which is no path and no stream', (AUDIT_LOG) => {
    expect(() => loadAppConfig({ ENABLE_AUTH: 'false', AUDIT_LOG })).toThrow(/AUDIT_LOG: /);
  });
});

describe('parseApiKeys', () => {
  const strong = (seed: string): string => createHash('sha256').update(seed).digest('hex');

  it('takes several keys, plain or hashed, and keeps digests only [A6]', () => {
    const { entries } = parseApiKeys(`${strong('1')},, ${strong('2')}, ,ci:sha256:${KEY},\n`);
    expect(entries.map(({ label }) => label)).toEqual([
      strong(strong('1')).slice(0, 12),
      strong(strong('2')).slice(0, 12),
      'ci',
    ]);
    expect(JSON.stringify(entries)).not.toContain(strong('1'));
  });

  it.each([
    ['short', 'changeme'],
    ['one repeated character', 'a'.repeat(40)],
    ['the shape of a JWT', '0123456789abcdef.0123456789abcdef.0123456789'],
    ['quotes', `"${'0123456789abcdef'.repeat(2)}"`],
    ['a repeated key', `${strong('1')},${strong('1')}`],
    ['nothing', ' , '],
  ])('refuses %s, naming the position and not the key [KEY-12]', (_name, text) => {
    const { problems: found } = parseApiKeys(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^API_KEYS: (entry \d|holds no key)/);
    if (text.trim() !== ',') expect(found[0]).not.toContain(text.slice(0, 8));
  });
});
