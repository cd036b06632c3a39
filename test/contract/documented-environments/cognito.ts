import { identityPoolId } from '../../../src/demo/aws-emulator/roles.js';
import { type Caller, type DocumentedEnvironment, holdsNoValue } from './documented-environment.js';

const IDENTITY_POOL = identityPoolId('111111111111');
const SIGNED_BY = 'arn:aws:sts::111111111111:assumed-role/CloudWatchReader/CognitoIdentityCredentials';

/** The user pools that the environments name, and their app clients. */
export const USER_POOLS = [
  { issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_xxxxx', clientIds: ['xxxxx'] },
  { issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_xxxxxxxxx', clientIds: ['your-client-id'] },
] as const;

function signedIn({ issuer, clientIds: [aud] }: (typeof USER_POOLS)[number]): Caller {
  return { by: 'token', issuer, claims: { aud, token_use: 'id', auth_time: 1 } };
}

const FILE = {
  ENABLE_AUTH: 'true',
  AWS_COGNITO_REGION: 'us-east-1',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_xxxxxxxxx',
  AWS_COGNITO_CLIENT_ID: 'your-client-id',
  AWS_COGNITO_IDENTITY_POOL_ID: 'us-east-1:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
  FASTMCP_LOG_LEVEL: 'INFO',
};

const COMPOSE = { ...FILE, CLOUDWATCH_MCP_PORT: '3334', CLOUDWATCH_MCP_SERVER_HOST: '0.0.0.0' };

/** People of a Cognito user pool, whom an identity pool gives their credentials. */
export const COGNITO: readonly DocumentedEnvironment[] = [
  {
    name: 'Cognito, as its pools are made by commands',
    env: {
      AWS_COGNITO_REGION: 'us-east-1',
      AWS_COGNITO_USER_POOL_ID: 'us-east-1_xxxxx',
      AWS_COGNITO_CLIENT_ID: 'xxxxx',
      AWS_COGNITO_IDENTITY_POOL_ID: 'us-east-1:xxxxx-identity-pool-id',
    },
    completed: { AWS_COGNITO_IDENTITY_POOL_ID: IDENTITY_POOL },
    caller: signedIn(USER_POOLS[0]),
    signedBy: SIGNED_BY,
  },
  {
    name: 'Cognito, in a file of variables',
    env: FILE,
    completed: { AWS_COGNITO_IDENTITY_POOL_ID: IDENTITY_POOL },
    caller: signedIn(USER_POOLS[1]),
    signedBy: SIGNED_BY,
  },
  {
    name: 'Cognito, passed on by Compose from a shell that has the ids',
    env: COMPOSE,
    completed: { AWS_COGNITO_IDENTITY_POOL_ID: IDENTITY_POOL },
    caller: signedIn(USER_POOLS[1]),
    signedBy: SIGNED_BY,
  },
  {
    name: 'Cognito, passed on by Compose from a shell that has none of it',
    env: {
      ...COMPOSE,
      AWS_COGNITO_USER_POOL_ID: '',
      AWS_COGNITO_CLIENT_ID: '',
      AWS_COGNITO_IDENTITY_POOL_ID: '',
    },
    stopsWith: [
      holdsNoValue('AWS_COGNITO_USER_POOL_ID', 'Cognito user pool whose users may call', 'us-east-1_AbCdEfGhI'),
      holdsNoValue('AWS_COGNITO_CLIENT_ID', 'app client of the user pool', '4h1exampleclientid'),
      holdsNoValue(
        'AWS_COGNITO_IDENTITY_POOL_ID',
        'identity pool that turns ID tokens of the user pool into AWS credentials',
        'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
      ),
    ],
    completed: { ...COMPOSE, AWS_COGNITO_IDENTITY_POOL_ID: IDENTITY_POOL },
    caller: signedIn(USER_POOLS[1]),
    signedBy: SIGNED_BY,
  },
];
