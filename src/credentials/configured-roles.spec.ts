import { describe, expect, it } from 'vitest';
import { loadAppConfig } from '../config/app-config.js';
import type { AccessRules } from '../config/access-rules.js';
import { configuredRoles } from './configured-roles.js';

const A = 'arn:aws:iam::111111111111:role/A';
const B = 'arn:aws:iam::222222222222:role/B';
const C = 'arn:aws:iam::333333333333:role/C';
const ENV = {
  OIDC_ISSUER: 'https://idp.example.com',
  OAUTH_AUDIENCE: 'https://mcp.example.com/mcp',
  AWS_CLOUDWATCH_ROLE_ARN: A,
  AWS_ALLOWED_ROLE_ARNS: `${A},${B}`,
  AWS_ROLE_EXTERNAL_ID: 'of-the-server',
};
const KEY = `ci:sha256:${'a1b2c3d4'.repeat(8)}`;

describe('configuredRoles', () => {
  it('names each role once, with who opens it', () => {
    expect(configuredRoles(loadAppConfig(ENV))).toEqual([
      { arn: A, setting: 'AWS_CLOUDWATCH_ROLE_ARN', byServer: true, externalId: 'of-the-server' },
      { arn: B, setting: 'AWS_ALLOWED_ROLE_ARNS', byServer: true, externalId: 'of-the-server' },
    ]);
    const byToken = { ...ENV, AWS_CREDENTIAL_EXCHANGE: 'web-identity' };
    expect(configuredRoles(loadAppConfig(byToken)).map(({ byServer }) => byServer)).toEqual([false, false]);
    const withKeys = configuredRoles(loadAppConfig({ ...byToken, API_KEYS: KEY }));
    expect(withKeys.map(({ byServer }) => byServer)).toEqual([true, false]);
  });

  it('takes the roles of ACCESS_FILE as it has them, with the external id of their account', () => {
    const shop = 'arn:aws:iam::111122223333:role/CloudWatchReader';
    const env = { ...ENV, AWS_CLOUDWATCH_ROLE_ARN: shop, AWS_ALLOWED_ROLE_ARNS: undefined };
    const roles = configuredRoles(loadAppConfig({ ...env, ACCESS_FILE: 'config/examples/access.yaml' }));
    expect(roles.map(({ setting, externalId }) => [setting, externalId === 'of-the-server'])).toEqual([
      ['ACCESS_FILE, account shop', true],
      ['ACCESS_FILE, account logistics', false],
      ['ACCESS_FILE, account logistics', false],
      ['ACCESS_FILE, account monitoring', true],
    ]);
  });

  it('knows from the grants who opens a role', () => {
    const config = loadAppConfig({ ...ENV, AWS_CREDENTIAL_EXCHANGE: 'web-identity', API_KEYS: KEY });
    const account = { alias: 'c', roles: [{ arn: B }, { arn: C }], externalId: 'of-c', linkedAccounts: [] };
    const access: AccessRules = {
      accounts: [account],
      grants: [
        { issuer: 'https://idp.example.com', claims: {}, account, roleArn: B },
        { apiKey: 'ci', claims: {}, account, roleArn: C },
      ],
    };
    expect(configuredRoles({ ...config, aws: { ...config.aws, access } })).toEqual([
      { arn: B, setting: 'ACCESS_FILE, account c', byServer: false, externalId: 'of-c' },
      { arn: C, setting: 'ACCESS_FILE, account c', byServer: true, externalId: 'of-c' },
      { arn: A, setting: 'AWS_CLOUDWATCH_ROLE_ARN', byServer: true, externalId: 'of-the-server' },
    ]);
  });

  it('names none without authentication', () => {
    expect(configuredRoles(loadAppConfig({ ENABLE_AUTH: 'false' }))).toEqual([]);
  });
});
