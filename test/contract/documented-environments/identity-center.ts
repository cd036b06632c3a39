import {
  type Caller,
  type DocumentedEnvironment,
  holdsNoValue,
  NO_ARN,
  NO_ROLE,
  sessionsOf,
} from './documented-environment.js';

const ISSUER = 'https://your-issuer';
const ROLE = 'arn:aws:iam::123456789012:role/CloudWatchMCPRole';

const caller: Caller = { by: 'token', issuer: ISSUER, claims: { aud: 'your-client-id' } };
const signedBy = sessionsOf('CloudWatchMCPRole');

const IS_IDENTITY_CENTER =
  'AWS_IDENTITY_CENTER_ISSUER: is an address of IAM Identity Center, which issues no tokens that another service could verify. Name the identity provider that Identity Center takes its users from (Entra ID, Okta, ...), exactly as in the iss of its tokens; people keep signing in there';

const SHELL = {
  ENABLE_AUTH: 'true',
  AWS_IDENTITY_CENTER_ISSUER: ISSUER,
  AWS_IDENTITY_CENTER_CLIENT_ID: 'your-client-id',
  AWS_CLOUDWATCH_ROLE_ARN: ROLE,
  AWS_IDENTITY_CENTER_REGION: 'us-east-1',
};

const PORTAL = {
  ENABLE_AUTH: 'true',
  AWS_IDENTITY_CENTER_REGION: 'us-east-1',
  AWS_IDENTITY_CENTER_ISSUER: 'https://xxxxxxxx.awsapps.com/start',
  AWS_IDENTITY_CENTER_CLIENT_ID: 'your-client-id',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::ACCOUNT-ID:role/CloudWatchMCPRole',
};

/** People who sign in at the provider behind IAM Identity Center. */
export const IDENTITY_CENTER: readonly DocumentedEnvironment[] = [
  { name: 'Identity Center, exported in a shell', env: SHELL, caller, signedBy },
  {
    name: 'Identity Center, given to a container',
    env: {
      ENABLE_AUTH: 'true',
      AWS_IDENTITY_CENTER_ISSUER: ISSUER,
      AWS_IDENTITY_CENTER_CLIENT_ID: 'your-client-id',
      AWS_CLOUDWATCH_ROLE_ARN: ROLE,
    },
    caller,
    signedBy,
  },
  { name: 'Identity Center, passed on by Compose from that shell', env: SHELL, caller, signedBy },
  {
    name: 'Identity Center, passed on by Compose from a shell that has none of it',
    env: {
      ENABLE_AUTH: 'true',
      AWS_IDENTITY_CENTER_ISSUER: '',
      AWS_IDENTITY_CENTER_CLIENT_ID: '',
      AWS_CLOUDWATCH_ROLE_ARN: '',
      AWS_IDENTITY_CENTER_REGION: '',
    },
    stopsWith: [
      holdsNoValue(
        'AWS_IDENTITY_CENTER_ISSUER',
        'issuer of the identity provider behind IAM Identity Center, exactly as in the iss of its tokens',
        'https://idp.example.com',
      ),
      holdsNoValue(
        'AWS_IDENTITY_CENTER_CLIENT_ID',
        "the client id registered at that provider for this server's users",
        'cloudwatch-mcp',
      ),
      holdsNoValue(
        'AWS_CLOUDWATCH_ROLE_ARN',
        'role every caller assumes unless their token selects another',
        'arn:aws:iam::111122223333:role/CloudWatchReader',
      ),
    ],
    completed: SHELL,
    caller,
    signedBy,
  },
  {
    name: 'Identity Center, the role in a claim',
    env: {
      AWS_IDENTITY_CENTER_REGION: 'us-east-1',
      AWS_IDENTITY_CENTER_ISSUER: ISSUER,
      AWS_IDENTITY_CENTER_CLIENT_ID: 'your-client-id',
    },
    stopsWith: [NO_ROLE],
    completed: { AWS_ALLOWED_ROLE_ARNS: ROLE },
    caller: { ...caller, claims: { ...caller.claims, 'custom:role_arn': ROLE } },
    signedBy,
  },
  {
    name: 'Identity Center, its access portal as the issuer',
    env: PORTAL,
    stopsWith: [NO_ARN, IS_IDENTITY_CENTER],
    completed: { AWS_IDENTITY_CENTER_ISSUER: ISSUER, AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    caller,
    signedBy,
  },
  {
    name: 'Identity Center, its access portal as the issuer and an account of one’s own',
    env: { ...PORTAL, AWS_CLOUDWATCH_ROLE_ARN: ROLE },
    stopsWith: [IS_IDENTITY_CENTER],
    completed: { AWS_IDENTITY_CENTER_ISSUER: ISSUER },
    caller,
    signedBy,
  },
];
