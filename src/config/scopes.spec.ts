import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { type AppConfig, loadAppConfig } from './app-config.js';

const BASE = {
  OIDC_ISSUER: 'https://idp.test',
  OAUTH_AUDIENCE: 'https://mcp.test/mcp',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/Reader',
};
const KEY = `ci:sha256:${'0'.repeat(64)}`;

const load = (env: Record<string, string>): AppConfig => loadAppConfig({ ...BASE, ...env });

function problems(env: Record<string, string>): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems;
    throw error;
  }
  return [];
}

describe('OAUTH_REQUIRED_SCOPES', () => {
  it.each([
    ['cw:read', ['cw:read']],
    ['cw:read,cw:query', ['cw:read', 'cw:query']],
    ['cw:read cw:query', ['cw:read', 'cw:query']],
    [' cw:read , cw:query,cw:read ', ['cw:read', 'cw:query']],
    ['https://api.test/scopes/read', ['https://api.test/scopes/read']],
  ])('reads %j as %j [A14]', (value, expected) => {
    expect(load({ OAUTH_REQUIRED_SCOPES: value }).scopes.endpoint).toEqual(expected);
  });

  it.each(['', ' ', ',cw:read', 'cw:read,', 'cw:"read"', 'cw:\\read', 'cw:größe', 'x'.repeat(129)])(
    'refuses %j with its name and an example',
    (value) => {
      const found = problems({ OAUTH_REQUIRED_SCOPES: value });
      expect(found).toEqual([expect.stringMatching(/^OAUTH_REQUIRED_SCOPES: .*OAUTH_REQUIRED_SCOPES=cw:read/)]);
    },
  );

  it('asks for nothing unless set, nor without authentication', () => {
    expect(load({}).scopes).toEqual({ endpoint: [], tools: {} });
    const local = { ENABLE_AUTH: 'false', OAUTH_REQUIRED_SCOPES: 'cw:read', TOOL_SCOPES: 'logs=cw:query' };
    expect(loadAppConfig(local).scopes).toEqual({ endpoint: [], tools: {} });
  });

  it('never yields a scope that would break out of a challenge, whatever it is set to', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        try {
          const { endpoint } = load({ OAUTH_REQUIRED_SCOPES: value }).scopes;
          expect(endpoint.length).toBeGreaterThan(0);
          for (const scope of endpoint) expect(scope).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationInvalid);
        }
      }),
    );
  });
});

describe('TOOL_SCOPES', () => {
  it('gives each family its scope [A14]', () => {
    expect(load({ TOOL_SCOPES: 'logs=cw:query,metrics=cw:read,alarms=cw:read' }).scopes.tools).toEqual({
      logs: 'cw:query',
      metrics: 'cw:read',
      alarms: 'cw:read',
    });
    expect(load({ TOOL_SCOPES: ' logs = a=b ' }).scopes.tools).toEqual({ logs: 'a=b' });
  });

  it.each([
    ['', 'holds no value'],
    ['logs', 'entries must be logs=<scope>'],
    ['traces=cw:read', 'entries must be logs=<scope>'],
    ['__proto__=cw:read', 'entries must be logs=<scope>'],
    ['Logs=cw:read', 'entries must be logs=<scope>'],
    ['=cw:read', 'entries must be logs=<scope>'],
    ['logs=', 'gives logs no scope'],
    ['logs=cw:read cw:query', 'gives logs no scope'],
    ['logs=cw:read,logs=cw:query', 'names logs twice'],
    ['logs=cw:read,', 'empty entry'],
  ])('refuses %j: %s', (value, expected) => {
    expect(problems({ TOOL_SCOPES: value })).toEqual([
      expect.stringMatching(new RegExp(`^TOOL_SCOPES: .*${expected.replaceAll(/[<>=]/g, '.')}`)),
    ]);
  });

  it('warns that callers with an API key are left without the tools of those families', () => {
    expect(load({ TOOL_SCOPES: 'logs=cw:query', API_KEYS: KEY }).warnings.join()).toContain('tools of logs');
    expect(load({ API_KEYS: KEY }).warnings.join()).not.toContain('TOOL_SCOPES');
  });
});
