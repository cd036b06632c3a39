import { randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Writable } from 'node:stream';
import type { Type } from '@nestjs/common';
import { loadAppConfig } from '../../src/config/app-config.js';
import { type AwsEmulator, type AwsEmulatorOptions, startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { type OidcIssuer, startOidcIssuer } from '../../src/demo/oidc-issuer/oidc-issuer.js';
import { type RunningApp, startApp } from '../../src/start-app.js';

export const ALICE_ROLE = 'arn:aws:iam::111111111111:role/CloudWatchReader';
export const BOB_ROLE = 'arn:aws:iam::222222222222:role/CloudWatchReader';
export const LIMITED_ROLE = 'arn:aws:iam::111111111111:role/CloudWatchLimited';
export const EXTERNAL_ID = 'demo-external-id';

/** The real application between a real identity provider and an AWS that checks every signature. */
export interface Stack {
  readonly app: RunningApp;
  readonly aws: AwsEmulator;
  readonly issuer: OidcIssuer;
  /** The MCP endpoint and protected resource. */
  readonly endpoint: string;
  readonly apiKey: string;
  readonly log: LogLines;
  /** What the server was configured with: a further replica starts from the same. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** An access token of a user; alice and bob have their roles in it. */
  token(sub: string, claims?: Record<string, unknown>): Promise<string>;
  /** `POST /mcp/tools/call` as a script would. */
  call(token: string, name: string, args?: object): Promise<{ status: number; body: ToolAnswer }>;
  close(): Promise<void>;
}

export interface ToolAnswer {
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly error_description?: string;
  readonly request_id?: string;
}

/** The server's log, one parsed JSON object a line. */
export class LogLines extends Writable {
  #text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#text += chunk.toString();
    done();
  }

  get text(): string {
    return this.#text;
  }

  lines(): Record<string, unknown>[] {
    return this.#text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

export interface StackOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly accessTokenSeconds?: number;
  readonly aws?: AwsEmulatorOptions;
  /** How the issuer reads a client's metadata document; without it clients register themselves. */
  readonly fetchClientDocument?: (url: string) => Promise<Response>;
  /** Rooms beside the service's own. */
  readonly modules?: readonly Type[];
}

/** Starts all three on loopback, configured by the variables an operator would set. */
export async function startStack({
  env = {},
  accessTokenSeconds,
  aws: awsOptions,
  fetchClientDocument,
  modules,
}: StackOptions = {}): Promise<Stack> {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const endpoint = `${publicUrl}/mcp`;
  const issuer = await startOidcIssuer({
    resource: endpoint,
    ...(accessTokenSeconds !== undefined && { accessTokenSeconds }),
    ...(fetchClientDocument && { fetchClientDocument }),
  });
  const aws = await startAwsEmulator({
    ...awsOptions,
    oidcProviders: [{ issuer: issuer.issuer, jwksUri: issuer.jwksUri, audiences: [endpoint] }],
  });
  const apiKey = randomBytes(32).toString('hex');
  const log = new LogLines();
  const settings = {
    PUBLIC_URL: publicUrl,
    CLOUDWATCH_MCP_PORT: String(port),
    CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
    METRICS_PORT: '0',
    OIDC_ISSUER: issuer.issuer,
    OAUTH_AUDIENCE: endpoint,
    API_KEYS: apiKey,
    AWS_ENDPOINT_URL: aws.url,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
    AWS_CLOUDWATCH_ROLE_ARN: LIMITED_ROLE,
    AWS_ALLOWED_ROLE_ARNS: `${ALICE_ROLE},${BOB_ROLE}`,
    AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
    STATE_SECRET: randomBytes(48).toString('base64'),
    RATE_LIMIT_PER_USER: '100000',
    AWS_CALL_RATE: '1000',
    RATE_LIMIT_FAILED_AUTH: '100000',
    LOG_LEVEL: 'INFO',
    ...env,
  };
  const app = await startApp(loadAppConfig(settings), { logDestination: log, modules });
  return {
    app,
    aws,
    issuer,
    endpoint,
    apiKey,
    log,
    settings,
    token: (sub, claims = {}) => issuer.mintToken({ sub, ...claims }),
    call: async (token, name, args = {}) => {
      const response = await fetch(`${endpoint}/tools/call`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name, arguments: args }),
      });
      return { status: response.status, body: (await response.json()) as ToolAnswer };
    },
    close: async () => {
      await app.close();
      await aws.close();
      await issuer.close();
    },
  };
}

/**
 * A port nobody listens on, of those that no system gives out by itself: until it is used, no other test and no
 * connection gets it.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(10_240, 32_768);
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!free) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The principals that signed the calls of an operation. */
export function signersOf(aws: AwsEmulator, operation: string): string[] {
  return [...new Set(aws.calls.of(operation).map(({ principalArn }) => principalArn ?? 'unsigned'))];
}

/** Role and user behind the calls of an operation, however many sessions they had. */
export function usersOf(aws: AwsEmulator, operation: string): string[] {
  return [...new Set(signersOf(aws, operation).map((arn) => /assumed-role\/([^/]+\/[^/-]+)/.exec(arn)?.[1] ?? arn))];
}

/** Waits until `check` holds, on a machine that may be busy; the last failure is the error. */
export async function eventually(check: () => void, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
