import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { loadAppConfig } from '../config/app-config.js';
import { type RunningApp, startApp } from '../start-app.js';
import { type AwsEmulator, startAwsEmulator } from './aws-emulator/emulator.js';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from './aws-emulator/identities.js';
import { EXTERNAL_ID } from './aws-emulator/roles.js';
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer/oidc-issuer.js';
import { DEMO_USERS } from './oidc-issuer/users.js';

/** The real server, with an identity provider and an AWS of its own. */
export interface DemoStack {
  /** The MCP endpoint, which is also the protected resource. */
  readonly endpoint: string;
  readonly issuer: OidcIssuer;
  readonly aws: AwsEmulator;
  readonly apiKey: string;
  /** False when another program has the port the server usually has. */
  readonly onUsualPort: boolean;
  /** What the server was configured with, as an operator would set it. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const USUAL_PORT = 3334;

/** A role in the shop's account that may read less than the others. */
export const LIMITED_ROLE_ARN = 'arn:aws:iam::111111111111:role/CloudWatchLimited';

/** Starts all three on loopback; what already runs is stopped again when a later one fails. */
export async function startDemoStack(): Promise<DemoStack> {
  const port = (await canListen(USUAL_PORT)) ? USUAL_PORT : await freePort();
  const publicUrl = `http://${LOOPBACK}:${port}`;
  const endpoint = `${publicUrl}/mcp`;
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of closing.splice(0).reverse()) await stop();
  };
  try {
    const issuer = await startOidcIssuer({ resource: endpoint });
    closing.push(() => issuer.close());
    const aws = await startAwsEmulator({
      oidcProviders: [{ issuer: issuer.issuer, jwksUri: issuer.jwksUri, audiences: [endpoint] }],
    });
    closing.push(() => aws.close());
    const apiKey = randomBytes(32).toString('hex');
    const settings = {
      PUBLIC_URL: publicUrl,
      CLOUDWATCH_MCP_PORT: String(port),
      CLOUDWATCH_MCP_SERVER_HOST: LOOPBACK,
      METRICS_PORT: '0',
      OIDC_ISSUER: issuer.issuer,
      OAUTH_AUDIENCE: endpoint,
      API_KEYS: apiKey,
      AWS_REGION: 'us-east-1',
      TOOLSETS: 'all',
      AWS_ENDPOINT_URL: aws.url,
      INSECURE_ALLOW_AWS_ENDPOINT: 'true',
      AWS_CLOUDWATCH_ROLE_ARN: LIMITED_ROLE_ARN,
      AWS_ALLOWED_ROLE_ARNS: Object.values(DEMO_USERS)
        .flatMap((user) => user['custom:role_arn'] ?? [])
        .join(','),
      AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
      ACCESS_FILE: fileURLToPath(new URL('../../config/examples/access-demo.yaml', import.meta.url)),
      STATE_SECRET: randomBytes(48).toString('base64'),
      LOG_LEVEL: 'ERROR',
    };
    useEmulatedIdentity();
    const app: RunningApp = await startApp(loadAppConfig(settings));
    closing.push(() => app.close());
    return { endpoint, issuer, aws, apiKey, onUsualPort: port === USUAL_PORT, settings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The server's ambient AWS identity becomes the emulator's server role: nobody's real account is within reach. */
export function useEmulatedIdentity(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: SERVER_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: SERVER_SECRET_ACCESS_KEY,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  });
}

async function canListen(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error(`No free port on ${LOOPBACK}.`);
  return port;
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
