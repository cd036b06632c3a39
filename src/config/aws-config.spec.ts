import { describe, expect, it } from 'vitest';
import { loadAppConfig } from './app-config.js';
import { configurationProblems } from '../../test/support/configuration-problems.js';

const SIGNED_IN = { OIDC_ISSUER: 'https://idp.example.com', OAUTH_AUDIENCE: 'a' };
const ROLE = { AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader' };
const COGNITO = {
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_Example',
  AWS_COGNITO_CLIENT_ID: 'app',
  AWS_COGNITO_IDENTITY_POOL_ID: 'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
};
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}';

describe('AWS_SESSION_POLICY', () => {
  it('is sent without white space it does not need', () => {
    const { aws } = loadAppConfig({
      ...SIGNED_IN,
      ...ROLE,
      AWS_SESSION_POLICY: JSON.stringify(JSON.parse(POLICY), null, 4),
    });
    expect(aws.sessionPolicy).toBe(POLICY);
  });

  it.each([
    ['no JSON', '{Version:', 'must be an IAM policy in JSON'],
    ['no object', '[]', 'must be an IAM policy in JSON'],
    ['no statement', '{"Version":"2012-10-17"}', 'must hold a Statement'],
    ['too long', POLICY.replace('logs:*', `logs:${'x'.repeat(2048)}`), 'is longer than 2,048 characters'],
    ['beyond Latin-1', POLICY.replace('logs', '\u{1f600}'), 'holds characters beyond Latin-1'],
    ['blank', ' ', 'holds no value'],
  ])('stops the start when it is %s', (_what, value, words) => {
    const problems = configurationProblems({ ...SIGNED_IN, ...ROLE, AWS_SESSION_POLICY: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^AWS_SESSION_POLICY: /);
    expect(problems[0]).toContain(words);
  });

  it.each([
    ['an identity pool', COGNITO],
    ['TOKEN_CLAIM_CREDENTIALS', { ...SIGNED_IN, ...ROLE, TOKEN_CLAIM_CREDENTIALS: 'true' }],
    ['API_KEY_CREDENTIALS=server', { API_KEYS: `ci:sha256:${'0'.repeat(64)}`, API_KEY_CREDENTIALS: 'server' }],
    ['ENABLE_AUTH=false', { ENABLE_AUTH: 'false' }],
  ])('stops the start with %s, whose credentials it cannot narrow', (what, env) => {
    expect(configurationProblems({ ...env, AWS_SESSION_POLICY: POLICY }).join()).toContain(
      `cannot narrow credentials from ${what}`,
    );
  });
});

describe('AWS_CREDENTIAL_EXCHANGE', () => {
  it('needs an identity pool for cognito-identity [B2]', () => {
    const problems = configurationProblems({ ...SIGNED_IN, ...ROLE, AWS_CREDENTIAL_EXCHANGE: 'cognito-identity' });
    expect(problems.join()).toMatch(/^AWS_CREDENTIAL_EXCHANGE: .*AWS_COGNITO_IDENTITY_POOL_ID/);
    expect(configurationProblems({ ...COGNITO, AWS_CREDENTIAL_EXCHANGE: 'cognito-identity' })).toEqual([]);
  });
});

describe('the role of signed-in callers', () => {
  it('is not asked for where an identity pool or the token itself gives the credentials [B2] [B4]', () => {
    expect(configurationProblems(SIGNED_IN).join()).toContain('signed-in callers have no AWS role');
    expect(configurationProblems(COGNITO)).toEqual([]);
    expect(configurationProblems({ ...SIGNED_IN, TOKEN_CLAIM_CREDENTIALS: 'true' })).toEqual([]);
  });
});

describe('TOKEN_CLAIM_CREDENTIALS', () => {
  it('is off unless it says true, and warns that whoever sees a token holds the keys [B4]', () => {
    const off = loadAppConfig({ ...SIGNED_IN, ...ROLE });
    expect(off.aws.claimCredentials).toBe(false);
    expect(off.warnings.join()).not.toContain('TOKEN_CLAIM_CREDENTIALS');
    const on = loadAppConfig({ ...SIGNED_IN, ...ROLE, TOKEN_CLAIM_CREDENTIALS: 'true' });
    expect(on.aws.claimCredentials).toBe(true);
    expect(on.warnings.join()).toMatch(/TOKEN_CLAIM_CREDENTIALS.*anyone who sees a token holds the keys/);
  });
});
