import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assume } from '../../src/demo/aws-emulator/emulator-fixture.js';
import { identityPoolId } from '../../src/demo/aws-emulator/roles.js';
import { LocalIssuer } from './local-issuer.js';
import { ALICE_ROLE, type Stack, startStack } from './stack.js';

/** Every way from a signed-in person to AWS. */
export const EXCHANGES = ['assume-role', 'web-identity', 'cognito-identity', 'claim-credentials'] as const;
export type Exchange = (typeof EXCHANGES)[number];

/** The call, or the last of the calls, by which AWS hands out the credentials of an exchange. */
export const EXCHANGE_ACTION: Readonly<Record<Exclude<Exchange, 'claim-credentials'>, string>> = {
  'assume-role': 'sts:AssumeRole',
  'web-identity': 'sts:AssumeRoleWithWebIdentity',
  'cognito-identity': 'cognito-identity:GetCredentialsForIdentity',
};

export const USER_POOL_ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example';
const APP_CLIENT = 'app-client';

/** A stack whose callers reach AWS by one exchange. */
export interface ExchangeStack extends Stack {
  /** A token by which that works; everybody lands in the shop's account. */
  signIn(sub: string, claims?: Record<string, unknown>): Promise<string>;
}

export async function startExchangeStack(
  exchange: Exchange,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<ExchangeStack> {
  if (exchange === 'cognito-identity') return startCognitoStack(env);
  if (exchange === 'claim-credentials') return startClaimStack(env);
  const stack = await startStack({
    env: { AWS_CREDENTIAL_EXCHANGE: exchange, AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE, ...env },
  });
  return { ...stack, signIn: (sub, claims) => stack.token(sub, claims) };
}

async function startClaimStack(env: Readonly<Record<string, string | undefined>>): Promise<ExchangeStack> {
  const stack = await startStack({ env: { TOKEN_CLAIM_CREDENTIALS: 'true', ...env } });
  return {
    ...stack,
    signIn: async (sub, claims) => stack.token(sub, { ...(await keysFor(stack, sub)), ...claims }),
  };
}

/** Claims with temporary keys, as an identity provider that hands them out would write them. */
export async function keysFor(stack: Stack, sub: string): Promise<Record<string, unknown>> {
  const name = `${sub}-from-provider`;
  const keys = await assume(stack.aws.url, { RoleSessionName: name, SourceIdentity: name, DurationSeconds: 900 });
  return {
    aws_access_key_id: keys.accessKeyId,
    aws_secret_access_key: keys.secretAccessKey,
    aws_session_token: keys.sessionToken,
  };
}

async function startCognitoStack(env: Readonly<Record<string, string | undefined>>): Promise<ExchangeStack> {
  const userPool = await LocalIssuer.start();
  const folder = mkdtempSync(join(tmpdir(), 'issuers-'));
  const file = join(folder, 'issuers.yaml');
  const settings = {
    profile: 'cognito',
    userPoolId: 'us-east-1_Example',
    clientId: APP_CLIENT,
    identityPoolId: identityPoolId('111111111111'),
    exchange: 'cognito-identity',
    jwksUrl: `${userPool.url}/keys`,
  };
  writeFileSync(file, JSON.stringify([settings]));
  const stack = await startStack({
    env: { OIDC_ISSUER: undefined, OAUTH_AUDIENCE: undefined, ISSUERS_FILE: file, ...env },
    aws: {
      userPools: [{ issuer: USER_POOL_ISSUER, jwksUri: `${userPool.url}/keys`, clientIds: [APP_CLIENT] }],
    },
  });
  return {
    ...stack,
    signIn: (sub, claims) =>
      userPool.sign({ iss: USER_POOL_ISSUER, sub, aud: APP_CLIENT, token_use: 'id', auth_time: 1, ...claims }),
    close: async () => {
      await stack.close();
      await userPool.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
