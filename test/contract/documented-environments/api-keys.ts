import { type DocumentedEnvironment, NO_WAY_IN, sessionsOf } from './documented-environment.js';
import { CHAT_IN_FRONT } from './pod.js';

/** As `secrets.token_urlsafe(32)` makes one. */
const KEY = 'Drmhze6EPcv0fN_81Bj-nA8kQ2xYw3LtVb7sUoGi5Rc';
const NEXT_KEY = 'q7T_mB2vX9cLr4ZkW8dYhN3pJ6sFgA1uEoKi5VxQw0M';
const ROLE = { AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::123456789012:role/CloudWatchMCPRole' };
const SIGNED_BY = sessionsOf('CloudWatchMCPRole');

const KEYS_HAVE_NO_ROLE =
  "API_KEYS: callers with a key have no AWS role. Set AWS_CLOUDWATCH_ROLE_ARN, give their label a role in ACCESS_FILE, or, to lend them the server's own identity, API_KEY_CREDENTIALS=server";

/** The server that the bridge is pointed at. */
export const SERVER_OF_THE_BRIDGE = { AUTH_ENABLED: 'true', API_KEYS: KEY, ...ROLE };
/** What the bridge is given; the address is that of the load balancer. */
export const BRIDGE = { MCP_SERVER_URL: 'https://$ALB_DNS', MCP_API_KEY: KEY };

const keys: Pick<DocumentedEnvironment, 'stopsWith' | 'completed' | 'signedBy'> = {
  stopsWith: [KEYS_HAVE_NO_ROLE],
  completed: ROLE,
  signedBy: SIGNED_BY,
};

/** Machines with keys, opaque tokens beside them, and what is meant for another program. */
export const API_KEYS: readonly DocumentedEnvironment[] = [
  {
    name: 'one API key',
    env: { AUTH_ENABLED: 'true', API_KEYS: KEY },
    caller: { by: 'API key', key: KEY },
    ...keys,
  },
  {
    name: 'two API keys, while one is replaced',
    env: { AUTH_ENABLED: 'true', API_KEYS: `${KEY},${NEXT_KEY}` },
    caller: { by: 'API key', key: NEXT_KEY },
    ...keys,
  },
  {
    name: 'an API key, and no browser',
    env: { AUTH_ENABLED: 'true', API_KEYS: KEY, CORS_ALLOWED_ORIGINS: '' },
    caller: { by: 'API key', key: KEY },
    ...keys,
  },
  {
    name: 'an API key and opaque tokens',
    env: {
      AUTH_ENABLED: 'true',
      API_KEYS: KEY,
      OAUTH_ENABLED: 'true',
      OAUTH_ISSUER_URL: 'https://auth.example.com',
      OAUTH_CLIENT_ID: 'cloudwatch-mcp-server',
      OAUTH_CLIENT_SECRET: 'a-long-random-secret',
      OAUTH_REQUIRED_SCOPES: 'cw:read',
      ...ROLE,
    },
    caller: { by: 'opaque token' },
    signedBy: SIGNED_BY,
  },
  {
    name: 'the variables of a chat in front alone',
    env: CHAT_IN_FRONT,
    stopsWith: [NO_WAY_IN],
    completed: { API_KEYS: KEY, ...ROLE },
    caller: { by: 'API key', key: KEY },
    signedBy: SIGNED_BY,
  },
];
