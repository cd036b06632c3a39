import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EXCHANGES, type ExchangeStack, keysFor, startExchangeStack } from '../support/exchange-stack.js';
import { signersOf } from '../support/stack.js';

const SHOP_READER = 'arn:aws:sts::111111111111:assumed-role/CloudWatchReader';

const SIGNED_AS = {
  'assume-role': /\/alice-[a-z2-7]{20}-[0-9a-z]{6}$/,
  'web-identity': /\/alice-[a-z2-7]{20}-[0-9a-z]{6}$/,
  'cognito-identity': /\/CognitoIdentityCredentials$/,
  'claim-credentials': /\/alice-from-provider$/,
};

describe.each(EXCHANGES)('a person whose credentials come by %s', (exchange) => {
  let stack: ExchangeStack;
  beforeAll(async () => {
    stack = await startExchangeStack(exchange);
  });
  afterAll(() => stack.close());

  it('reads with them, and with no others [B1][B2][B3][B4][B6]', async () => {
    const token = await stack.signIn('alice');
    const { status, body } = await stack.call(token, 'describe_log_groups');
    expect(body.error_description).toBeUndefined();
    expect(status).toBe(200);
    const [signer, ...others] = signersOf(stack.aws, 'DescribeLogGroups');
    expect(others).toEqual([]);
    expect(signer).toContain(SHOP_READER);
    expect(signer).toMatch(SIGNED_AS[exchange]);
  });
});

describe('an identity pool', () => {
  let stack: ExchangeStack;
  beforeAll(async () => {
    stack = await startExchangeStack('cognito-identity');
  });
  afterEach(() => {
    stack.aws.faults.clear();
    stack.aws.calls.clear();
  });
  afterAll(() => stack.close());

  it('gets no access token to see: it is refused at the door [B2][A3]', async () => {
    const token = await stack.signIn('alice', { token_use: 'access', client_id: 'app-client', aud: undefined });
    const { status } = await stack.call(token, 'describe_log_groups');
    expect(status).toBe(401);
    expect(stack.aws.calls.all()).toEqual([]);
  });

  it('needs no role and no AWS identity of the server [B2]', async () => {
    const { status } = await stack.call(await stack.signIn('carol'), 'describe_log_groups');
    expect(status).toBe(200);
    const keys = stack.aws.calls.all().map(({ operation, accessKeyId }) => [operation, accessKeyId?.slice(0, 4)]);
    expect(keys).toEqual([
      ['GetId', undefined],
      ['GetCredentialsForIdentity', undefined],
      ['DescribeLogGroups', 'ASIA'],
      ['DescribeQueryDefinitions', 'ASIA'],
    ]);
  });

  it.each([
    ['NotAuthorizedException', 403, 'sign in again'],
    ['ResourceNotFoundException', 403, 'AWS_COGNITO_IDENTITY_POOL_ID'],
    ['InvalidIdentityPoolConfigurationException', 403, 'trust policy'],
    ['ResourceConflictException', 403, 'linked to another identity'],
    ['InvalidParameterException', 403, 'AWS_COGNITO_IDENTITY_POOL_ID'],
    ['TooManyRequestsException', 503, 'limiting the rate'],
    ['ExternalServiceException', 503, 'did not answer'],
    ['LimitExceededException', 503, 'quota'],
    ['InternalErrorException', 503, 'did not answer'],
  ])('that answers %s is explained [B9]', async (code, expected, words) => {
    stack.aws.faults.add({ operation: 'cognito-identity:GetId', kind: 'error', code });
    const { status, body } = await stack.call(await stack.signIn(`user-${code}`), 'describe_log_groups');
    expect(status).toBe(expected);
    expect(body.error_description).toContain(words);
    expect(body.error_description).toMatch(/GetId for user-/);
    expect(stack.aws.calls.of('DescribeLogGroups')).toEqual([]);
  });
});

describe('AWS keys in claims', () => {
  let stack: ExchangeStack;
  let off: ExchangeStack;
  beforeAll(async () => {
    stack = await startExchangeStack('claim-credentials');
    off = await startExchangeStack('assume-role');
  });
  afterEach(() => {
    stack.aws.faults.clear();
    stack.aws.calls.clear();
  });
  afterAll(async () => {
    await stack.close();
    await off.close();
  });

  it('are announced at start [B4]', () => {
    const warnings = stack.log.lines().filter(({ level }) => level === 'warn');
    expect(JSON.stringify(warnings)).toContain('anyone who sees a token holds the keys');
  });

  it.each(['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'])(
    'are refused with 401 before any tool when %s is missing or worthless [B4]',
    async (name) => {
      for (const value of [undefined, '', 7]) {
        const token = await stack.signIn('alice', { [name]: value });
        stack.aws.calls.clear();
        const { status, body } = await stack.call(token, 'describe_log_groups');
        expect([status, body.error]).toEqual([401, 'invalid_token']);
        expect(stack.aws.calls.all()).toEqual([]);
        expect(stack.log.lines().at(-1)).toMatchObject({ auth: { reason: 'claim_invalid' } });
      }
    },
  );

  it('are refused when they never expire [B4]', async () => {
    const token = await stack.signIn('alice', { aws_access_key_id: 'AKIAEXAMPLEEXAMPLE01' });
    expect((await stack.call(token, 'describe_log_groups')).status).toBe(401);
  });

  it('that AWS finds expired are named as what they are, without a second try [B4][B9]', async () => {
    const token = await stack.signIn('alice');
    stack.aws.faults.add({ operation: 'logs:DescribeLogGroups', kind: 'expired-credentials' });
    const { status, body } = await stack.call(token, 'describe_log_groups');
    expect([status, body.error]).toEqual([403, 'credentials_refused']);
    expect(body.error_description).toContain('sign in again');
    expect(stack.aws.calls.of('DescribeLogGroups')).toHaveLength(1);
  });

  it('older than an hour are not used any more [B4]', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = await stack.signIn('alice', { iat: now - 3_601, exp: now + 600 });
    stack.aws.calls.clear();
    const { body } = await stack.call(token, 'describe_log_groups');
    expect(body.error).toBe('credentials_refused');
    expect(stack.aws.calls.all()).toEqual([]);
  });

  it('are overlooked, and still not shown, where the setting does not allow them [B4][ISO-12]', async () => {
    const keys = await keysFor(off, 'alice');
    const { status } = await off.call(await off.token('alice', keys), 'describe_log_groups');
    expect(status).toBe(200);
    expect(signersOf(off.aws, 'DescribeLogGroups').join()).not.toContain('from-provider');
    for (const value of Object.values(keys)) expect(off.log.text).not.toContain(String(value));
  });

  it('do not change what a token without them gets [B4]', async () => {
    const { status } = await stack.call(await stack.token('bob'), 'describe_log_groups');
    expect(status).toBe(200);
    expect(signersOf(stack.aws, 'DescribeLogGroups').join()).toContain('222222222222');
  });
});
