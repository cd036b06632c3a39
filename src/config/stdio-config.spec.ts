import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { settingsSchema } from './settings.js';
import { loadStdioConfig, NOT_FOR_STDIO } from './stdio-config.js';

const SECRET = Buffer.alloc(48, 7).toString('base64');

describe('loadStdioConfig', () => {
  it('is one local user without a single setting, and has nothing to warn of [C7]', () => {
    const config = loadStdioConfig({});
    expect(config.auth).toMatchObject({ enabled: false, issuers: [], apiKeys: [] });
    expect(config.warnings).toEqual([]);
    expect(config.stateSecrets[0]).not.toBe(loadStdioConfig({}).stateSecrets[0]);
  });

  it('takes AWS_PROFILE and what else concerns AWS and the tools [B5]', () => {
    const config = loadStdioConfig({
      AWS_PROFILE: 'dev',
      AWS_REGION: 'eu-west-1',
      TOOLSETS: 'logs',
      STATE_SECRET: SECRET,
    });
    expect(config.aws).toMatchObject({ profile: 'dev', region: 'eu-west-1' });
    expect([...config.tools.toolsets]).toEqual(['logs', 'accounts']);
    expect(config.stateSecrets).toEqual([SECRET]);
  });

  it('reads nothing of what decides who may call, valid or not, and says so once without a value [C7]', () => {
    const config = loadStdioConfig({
      ENABLE_AUTH: 'true',
      API_KEYS: 'not-a-key',
      OIDC_ISSUER: 'nonsense',
      AWS_PROFILE: 'dev',
      REDIS_URL: '',
    });
    expect(config.auth.enabled).toBe(false);
    expect(config.warnings).toHaveLength(1);
    expect(config.warnings[0]).toMatch(/Not used: ENABLE_AUTH, API_KEYS, OIDC_ISSUER\.$/);
    expect(config.warnings[0]).not.toContain('nonsense');
  });

  it('warns of nothing that only says what is the case', () => {
    expect(loadStdioConfig({ ENABLE_AUTH: 'false', AUTH_ENABLED: 'False' }).warnings).toEqual([]);
  });

  it.each(['AWS_REGION', 'TOOLSETS', 'RESULT_BUDGET_BYTES', 'LOG_LEVEL', 'AWS_SESSION_POLICY'])(
    'says what is wrong with %s',
    (name) => {
      expect(() => loadStdioConfig({ [name]: 'nonsense' })).toThrow(ConfigurationInvalid);
      expect(() => loadStdioConfig({ [name]: 'nonsense' })).toThrow(name);
    },
  );

  it('never lends credentials that a session policy was meant to narrow', () => {
    const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}';
    expect(() => loadStdioConfig({ AWS_SESSION_POLICY: policy })).toThrow('cannot narrow');
  });

  it('leaves out these settings and no others: a new one is decided upon', () => {
    const names = Object.keys(settingsSchema.shape);
    expect([...NOT_FOR_STDIO].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => !(NOT_FOR_STDIO as ReadonlySet<string>).has(name)).sort()).toEqual([
      'ALLOWED_LOG_GROUPS',
      'AUDIT_LOG',
      'AWS_ALLOWED_REGIONS',
      'AWS_CALL_RATE',
      'AWS_ENDPOINT_URL',
      'AWS_PROFILE',
      'AWS_REGION',
      'AWS_SESSION_POLICY',
      'FASTMCP_LOG_LEVEL',
      'INSECURE_ALLOW_AWS_ENDPOINT',
      'INSIGHTS_MAX_QUERIES_PER_ACCOUNT',
      'INSIGHTS_MAX_QUERIES_PER_USER',
      'INSIGHTS_MAX_SCAN_GB',
      'LOG_LEVEL',
      'MASK_SECRETS',
      'NODE_ENV',
      'RESULT_BUDGET_BYTES',
      'STATE_SECRET',
      'TOOLSETS',
    ]);
  });
});
