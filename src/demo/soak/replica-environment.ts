import { randomBytes } from 'node:crypto';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from '../aws-emulator/identities.js';
import { EXTERNAL_ID } from '../aws-emulator/roles.js';
import { ROLES } from './callers.js';

/** The network of the replicas. */
export interface ReplicaNetwork {
  /** The audience of the tokens. */
  readonly resource: string;
  readonly issuer: string;
  readonly awsUrl: string;
}

/** The whole environment of each replica, as an operator would set it; nothing of this machine's own gets in. */
export function replicaEnvironment({ resource, issuer, awsUrl }: ReplicaNetwork): Readonly<Record<string, string>> {
  return {
    PATH: process.env['PATH'] ?? '',
    CLOUDWATCH_MCP_PORT: '0',
    CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
    METRICS_PORT: '0',
    TRUSTED_PROXIES: '127.0.0.1',
    OIDC_ISSUER: issuer,
    OAUTH_AUDIENCE: resource,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: awsUrl,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
    AWS_ALLOWED_ROLE_ARNS: ROLES.join(','),
    AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
    AWS_ACCESS_KEY_ID: SERVER_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: SERVER_SECRET_ACCESS_KEY,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    STATE_SECRET: randomBytes(32).toString('base64'),
    RATE_LIMIT_PER_USER: '1000000',
    AWS_CALL_RATE: '1000',
    RATE_LIMIT_FAILED_AUTH: '1000000',
    EXPECTED_REPLICAS: '3',
    LOG_LEVEL: 'INFO',
  };
}
