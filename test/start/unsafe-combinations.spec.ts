import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';
import { configurationProblems } from '../support/configuration-problems.js';

type Env = Readonly<Record<string, string>>;

const KEY = `ci:sha256:${createHash('sha256').update('a key').digest('hex')}`;
const ROLE = { AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader' };
const KEYS: Env = { ...ROLE, API_KEYS: KEY };
const OIDC: Env = { ...ROLE, OIDC_ISSUER: 'https://idp.example.com', OAUTH_AUDIENCE: 'https://mcp.example.com/mcp' };
const OPEN: Env = { ENABLE_AUTH: 'false' };
const OPEN_TEST: Env = { ...OPEN, INSECURE_ALLOW_NO_AUTH: 'true', ALLOWED_HOSTS: 'cloudwatch-mcp' };
const PRODUCTION: Env = { NODE_ENV: 'production' };

/** A sound configuration, what makes it unsafe, and the variable that is named. */
const UNSAFE: Readonly<Record<string, readonly [sound: Env, unsafe: Env, named: string]>> = {
  'authentication off at a public name in production': [
    { ...OPEN_TEST, ...PRODUCTION },
    { PUBLIC_URL: 'https://mcp.example.com' },
    'PUBLIC_URL',
  ],
  'authentication off at a public address in production': [
    { ...OPEN_TEST, ...PRODUCTION, CLOUDWATCH_MCP_SERVER_HOST: '10.0.3.4' },
    { CLOUDWATCH_MCP_SERVER_HOST: '203.0.113.7' },
    'CLOUDWATCH_MCP_SERVER_HOST',
  ],
  'authentication off at a public IPv6 address in production': [
    { ...OPEN_TEST, ...PRODUCTION, CLOUDWATCH_MCP_SERVER_HOST: 'fd12::1' },
    { CLOUDWATCH_MCP_SERVER_HOST: '2001:db8::7' },
    'CLOUDWATCH_MCP_SERVER_HOST',
  ],
  'authentication off beyond loopback': [OPEN, { CLOUDWATCH_MCP_SERVER_HOST: '0.0.0.0' }, 'CLOUDWATCH_MCP_SERVER_HOST'],
  'authentication off beyond loopback for any host name': [OPEN_TEST, { ALLOWED_HOSTS: '' }, 'ALLOWED_HOSTS'],
  'two switches for authentication that disagree': [OPEN, { AUTH_ENABLED: 'true' }, 'ENABLE_AUTH'],
  'sign-in at an address without encryption': [OIDC, { PUBLIC_URL: 'http://mcp.example.com' }, 'PUBLIC_URL'],
  'keys at an address without encryption': [KEYS, { PUBLIC_URL: 'http://mcp.example.com' }, 'PUBLIC_URL'],
  'an issuer without encryption': [OIDC, { OIDC_ISSUER: 'http://idp.example.com' }, 'OIDC_ISSUER'],
  'signing keys without encryption': [
    { ...OIDC, OAUTH_ISSUER: 'https://auth.example.com' },
    { OAUTH_JWKS_URL: 'http://auth.example.com/jwks.json' },
    'OAUTH_JWKS_URL',
  ],
  'introspection without encryption': [
    { ...OIDC, OAUTH_ISSUER_URL: 'https://auth.example.com', OAUTH_CLIENT_ID: 'mcp', OAUTH_CLIENT_SECRET: 'a-secret' },
    { OAUTH_INTROSPECTION_URL: 'http://auth.example.com/introspect' },
    'OAUTH_INTROSPECTION_URL',
  ],
  'every origin of the web': [OIDC, { CORS_ALLOWED_ORIGINS: '*' }, 'CORS_ALLOWED_ORIGINS'],
  'X-Forwarded-For of everybody': [OIDC, { TRUSTED_PROXIES: '10.0.0.0/8,0.0.0.0/0' }, 'TRUSTED_PROXIES'],
  'X-Forwarded-For of everybody by IPv6': [OIDC, { TRUSTED_PROXIES: '::/0' }, 'TRUSTED_PROXIES'],
  'signed calls to a stranger': [OIDC, { AWS_ENDPOINT_URL: 'https://aws.example.com' }, 'AWS_ENDPOINT_URL'],
  'a key that can be guessed': [KEYS, { API_KEYS: 'changeme' }, 'API_KEYS'],
  'a seal that can be guessed': [OIDC, { STATE_SECRET: 'secret' }, 'STATE_SECRET'],
  'an audience of nothing': [OIDC, { OAUTH_AUDIENCE: '' }, 'OAUTH_AUDIENCE'],
  'callers without a role of their own': [KEYS, { AWS_CLOUDWATCH_ROLE_ARN: '' }, 'AWS_CLOUDWATCH_ROLE_ARN'],
  "the operator's own profile for strangers": [KEYS, { AWS_PROFILE: 'dev' }, 'AWS_PROFILE'],
  'a certificate without its key': [KEYS, { TLS_CERT_FILE: '/etc/tls/tls.crt' }, 'TLS_CERT_FILE'],
  'no region to keep to': [OIDC, { AWS_ALLOWED_REGIONS: ' ' }, 'AWS_ALLOWED_REGIONS'],
};

describe('an unsafe combination', () => {
  it.each(Object.entries(UNSAFE))('stops the start: %s', (_name, [sound, unsafe, named]) => {
    expect(configurationProblems(sound)).toEqual([]);
    expect(configurationProblems({ ...sound, ...unsafe })).toContainEqual(expect.stringMatching(`^${named}\\b`));
  });

  it('in production stops the start whatever else is allowed, and says how to mend it', () => {
    const [problem, ...others] = configurationProblems({
      ...OPEN_TEST,
      ...PRODUCTION,
      PUBLIC_URL: 'https://mcp.example.com',
    });
    expect(others).toEqual([]);
    expect(problem).toMatch(/ENABLE_AUTH=false/);
    expect(problem).not.toContain('mcp.example.com');
    expect(configurationProblems({ ...OPEN_TEST, PUBLIC_URL: 'https://mcp.example.com' })).toEqual([]);
    expect(configurationProblems({ ...KEYS, ...PRODUCTION, PUBLIC_URL: 'https://mcp.example.com' })).toEqual([]);
  });

  it('is told with all others at once by a real process, which ends with 1', async () => {
    const env = {
      ...PRODUCTION,
      ENABLE_AUTH: 'false',
      CLOUDWATCH_MCP_SERVER_HOST: '203.0.113.7',
      PUBLIC_URL: 'https://mcp.example.com',
      CORS_ALLOWED_ORIGINS: '*',
      TRUSTED_PROXIES: '0.0.0.0/0',
      TLS_KEY_FILE: '/etc/tls/tls.key',
      STATE_SECRET: 'secret',
    };
    const server = ServerProcess.launch({ env });
    expect([await server.ended, server.stdout]).toEqual([1, '']);
    for (const name of Object.keys(env).filter((each) => each !== 'NODE_ENV' && each !== 'ENABLE_AUTH'))
      expect(server.stderr).toMatch(new RegExp(`^ {2}- ${name}: `, 'm'));
    expect(server.stderr).not.toMatch(/203\.0\.113|mcp\.example\.com(?!\))|\n\s+at /);
  });
});
