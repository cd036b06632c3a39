import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from '../aws-emulator/identities.js';
import { EXTERNAL_ID } from '../aws-emulator/roles.js';
import { Child } from './child.js';
import type { Network } from './network.js';

const ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';

/** The whole server with its identity provider and AWS, each in a process of its own. */
export interface MeasuredStack {
  readonly full: Child<{ url: string }>;
  readonly awsUrl: string;
  readonly token: string;
  /** What the server was configured with. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): void;
}

/** Starts it on loopback with limits that a measurement does not reach. */
export async function startMeasuredStack(): Promise<MeasuredStack> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const here = (file: string): URL => new URL(file, import.meta.url);
  const network = await Child.start<Network>(here('network.js'), { BENCH_RESOURCE: `${origin}/mcp` });
  const { awsUrl, issuer, token } = network.announced;
  const settings = {
    PUBLIC_URL: origin,
    CLOUDWATCH_MCP_PORT: String(port),
    CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
    METRICS_PORT: '0',
    OIDC_ISSUER: issuer,
    OAUTH_AUDIENCE: `${origin}/mcp`,
    AWS_CLOUDWATCH_ROLE_ARN: ROLE,
    AWS_ALLOWED_ROLE_ARNS: ROLE,
    AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
    AWS_ENDPOINT_URL: awsUrl,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
    AWS_ACCESS_KEY_ID: SERVER_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: SERVER_SECRET_ACCESS_KEY,
    STATE_SECRET: randomBytes(32).toString('base64'),
    RATE_LIMIT_PER_USER: '1000000',
    AWS_CALL_RATE: '1000',
    LOG_LEVEL: 'INFO',
  };
  const full = await Child.start<{ url: string }>(here('full-server.js'), settings);
  return {
    full,
    awsUrl,
    token,
    settings,
    stop: () => {
      full.stop();
      network.stop();
    },
  };
}

/** The middle one of several measurements. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
