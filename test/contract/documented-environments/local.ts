import { type DocumentedEnvironment } from './documented-environment.js';
import { SHARED_PROFILE } from './pod.js';

const nobody = {
  caller: { by: 'nobody' },
  signedBy: 'arn:aws:iam::111111111111:user/local-developer',
} as const;

/** The profiles that the environments name. */
export const PROFILES = ['your-profile', 'saas'] as const;

/** No sign-in: one person on one machine, or a test. */
export const LOCAL: readonly DocumentedEnvironment[] = [
  {
    name: 'no sign-in, with a profile',
    env: { ENABLE_AUTH: 'false', AWS_PROFILE: 'your-profile', AWS_REGION: 'us-east-1' },
    ...nobody,
  },
  { name: 'no sign-in', env: { ENABLE_AUTH: 'false' }, ...nobody },
  { name: 'no sign-in, by the older name', env: { AUTH_ENABLED: 'false' }, ...nobody },
  {
    name: 'no sign-in, with a profile that everybody shares',
    env: { ENABLE_AUTH: 'false', AWS_PROFILE: 'saas' },
    ...nobody,
  },
  {
    name: 'no sign-in, in a pod',
    env: SHARED_PROFILE,
    stopsWith: [
      'CLOUDWATCH_MCP_SERVER_HOST: without authentication the server listens on loopback only (example: CLOUDWATCH_MCP_SERVER_HOST=127.0.0.1); INSECURE_ALLOW_NO_AUTH=true overrides that',
    ],
    completed: { INSECURE_ALLOW_NO_AUTH: 'true', ALLOWED_HOSTS: '127.0.0.1,cloudwatch-mcp' },
    ...nobody,
  },
  {
    name: 'no sign-in, and no browser',
    env: { AUTH_ENABLED: 'false', CORS_ALLOWED_ORIGINS: '' },
    ...nobody,
  },
];
