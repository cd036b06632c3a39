import { type Caller, type DocumentedEnvironment, NO_ARN, NO_ROLE, sessionsOf } from './documented-environment.js';
import { CHAT_IN_FRONT, POD } from './pod.js';

const OKTA = 'https://your-domain.okta.com';
const ROLE = 'arn:aws:iam::123456789012:role/CloudWatchMCPRole';
const OIDC_ROLE = 'arn:aws:iam::123456789012:role/CloudWatchMCPOIDCRole';
const SIGNED_BY = sessionsOf('CloudWatchMCPRole');

/** The provider that AWS trusts, and the client whose tokens STS takes. */
export const OIDC_PROVIDER = { issuer: OKTA, audiences: ['your-client-id'] } as const;

function keysOf(issuer: string): Caller {
  return { by: 'carried keys', issuer, claims: { aud: 'cloudwatch-mcp-server' } };
}

const SHELL = {
  ENABLE_AUTH: 'true',
  OAUTH_JWKS_URL: 'https://your-idp.com/.well-known/jwks.json',
  OAUTH_AUDIENCE: 'cloudwatch-mcp-server',
  OAUTH_ISSUER: 'https://your-idp.com',
};

const SIGN_IN = {
  ENABLE_AUTH: 'true',
  OAUTH_JWKS_URL: 'https://your-identity-provider.com/.well-known/jwks.json',
  OAUTH_AUDIENCE: 'cloudwatch-mcp-server',
  OAUTH_ISSUER: 'https://your-identity-provider.com',
  AWS_IDENTITY_CENTER_REGION: 'us-east-1',
  AWS_IDENTITY_CENTER_START_URL: 'https://ascending.awsapps.com/start',
};

const ISSUER = SIGN_IN.OAUTH_ISSUER;

/** People of any OpenID provider. */
export const OIDC: readonly DocumentedEnvironment[] = [
  {
    name: 'a provider that AWS trusts',
    env: { OIDC_ISSUER: OKTA, OIDC_CLIENT_ID: 'your-client-id', AWS_CLOUDWATCH_ROLE_ARN: OIDC_ROLE },
    completed: { AWS_CREDENTIAL_EXCHANGE: 'web-identity' },
    caller: { by: 'token', issuer: OKTA, claims: { aud: 'your-client-id' } },
    signedBy: sessionsOf('CloudWatchMCPOIDCRole'),
  },
  {
    name: 'a provider, in a file of variables',
    env: {
      ENABLE_AUTH: 'true',
      OIDC_ISSUER: OKTA,
      OIDC_CLIENT_ID: 'your-client-id',
      AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::ACCOUNT-ID:role/CloudWatchMCPRole',
    },
    stopsWith: [NO_ARN],
    completed: { AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    caller: { by: 'token', issuer: OKTA, claims: { aud: 'your-client-id' } },
    signedBy: SIGNED_BY,
  },
  {
    name: 'a provider by the address of its keys, exported in a shell',
    env: SHELL,
    stopsWith: [NO_ROLE],
    completed: { AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    caller: { by: 'token', issuer: SHELL.OAUTH_ISSUER, claims: { aud: 'cloudwatch-mcp-server' } },
    signedBy: SIGNED_BY,
  },
  {
    name: 'a provider by the address of its keys, which writes AWS keys into its tokens',
    env: SHELL,
    stopsWith: [NO_ROLE],
    completed: { TOKEN_CLAIM_CREDENTIALS: 'true' },
    caller: keysOf(SHELL.OAUTH_ISSUER),
    signedBy: 'arn:aws:sts::111111111111:assumed-role/CloudWatchReader/',
  },
  {
    name: 'a provider by the address of its keys, in a pod',
    env: { ...SIGN_IN, ...POD },
    stopsWith: [NO_ROLE],
    completed: { AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    caller: { by: 'token', issuer: ISSUER, claims: { aud: 'cloudwatch-mcp-server' } },
    signedBy: SIGNED_BY,
  },
  {
    name: 'the same pod with the shared profile left in',
    env: { ...SIGN_IN, ...POD, AWS_PROFILE: 'saas' },
    stopsWith: ['AWS_PROFILE: is for local use without authentication; remove it, or set ENABLE_AUTH=false', NO_ROLE],
    completed: { AWS_PROFILE: '', AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    caller: { by: 'token', issuer: ISSUER, claims: { aud: 'cloudwatch-mcp-server' } },
    signedBy: SIGNED_BY,
  },
  {
    name: 'the same pod with the variables of the chat in front',
    env: { ...SIGN_IN, ...POD, ...CHAT_IN_FRONT },
    stopsWith: [NO_ROLE],
    completed: { AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    caller: { by: 'token', issuer: ISSUER, claims: { aud: 'cloudwatch-mcp-server' } },
    signedBy: SIGNED_BY,
  },
];
