import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { vi } from 'vitest';
import { loadAppConfig } from '../../../src/config/app-config.js';
import { type AwsEmulator, startAwsEmulator } from '../../../src/demo/aws-emulator/emulator.js';
import { assume } from '../../../src/demo/aws-emulator/emulator-fixture.js';
import { createRole, localProfile, type Role } from '../../../src/demo/aws-emulator/roles.js';
import { SERVER_ROLE_ARN } from '../../../src/demo/aws-emulator/identities.js';
import { type RunningApp, startApp } from '../../../src/start-app.js';
import { LogLines } from '../../support/stack.js';
import { USER_POOLS } from './cognito.js';
import { ACCOUNT, type Caller, type Environment } from './documented-environment.js';
import { PROFILES } from './local.js';
import { OIDC_PROVIDER } from './oidc.js';

const LOCAL_ACCOUNT = '111111111111';
const OPAQUE = 'an-opaque-token-of-the-authorization-server';

/** Beside an environment's own variables: this machine in place of the network, and ports that are free. */
const HERE = {
  CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
  CLOUDWATCH_MCP_PORT: '0',
  METRICS_PORT: '0',
  INSECURE_ALLOW_AWS_ENDPOINT: 'true',
};

/**
 * The hosts that the environments name, answered on this machine: identity providers with one key pair, AWS with the
 * roles that are named, and a developer's AWS profiles.
 */
export class DocumentedWorld {
  readonly log = new LogLines();
  readonly #folder = mkdtempSync(join(tmpdir(), 'documented-'));

  private constructor(
    readonly aws: AwsEmulator,
    private readonly sign: (issuer: string, claims: Readonly<Record<string, unknown>>) => Promise<string>,
  ) {}

  static async start(): Promise<DocumentedWorld> {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    vi.stubGlobal('fetch', answering({ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }));
    const aws = await startAwsEmulator({
      roles: [named('CloudWatchMCPRole', assumedByServer), named('CloudWatchMCPOIDCRole', assumedWithToken)],
      oidcProviders: [{ ...OIDC_PROVIDER, jwksUri: keysOf(OIDC_PROVIDER.issuer) }],
      userPools: USER_POOLS.map((pool) => ({ ...pool, jwksUri: keysOf(pool.issuer) })),
    });
    const now = Math.floor(Date.now() / 1000);
    return new DocumentedWorld(aws, (iss, claims) =>
      new SignJWT({ iss, sub: 'alice', iat: now, exp: now + 600, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .sign(privateKey),
    );
  }

  async close(): Promise<void> {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    await this.aws.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** A server with these variables and no others but what this machine needs. */
  async serve(env: Environment): Promise<RunningApp> {
    const config = loadAppConfig({ ...env, ...HERE, AWS_ENDPOINT_URL: this.aws.url });
    this.#lendCredentials(config.auth.enabled ? undefined : (config.aws.profile ?? 'the default chain'));
    return startApp(config, { logDestination: this.log });
  }

  /** What goes into Authorization, if anything. */
  async credentialOf(caller: Caller): Promise<string | undefined> {
    switch (caller.by) {
      case 'nobody':
        return undefined;
      case 'token':
        return this.sign(caller.issuer, caller.claims);
      case 'carried keys':
        return this.sign(caller.issuer, { ...caller.claims, ...(await this.#keys()) });
      case 'opaque token':
        return OPAQUE;
      case 'API key':
        return caller.key;
    }
  }

  async #keys(): Promise<Readonly<Record<string, unknown>>> {
    const name = 'alice-from-provider';
    const keys = await assume(this.aws.url, { RoleSessionName: name, SourceIdentity: name, DurationSeconds: 900 });
    return {
      aws_access_key_id: keys.accessKeyId,
      aws_secret_access_key: keys.secretAccessKey,
      aws_session_token: keys.sessionToken,
    };
  }

  /** What the SDK finds on the machine: the server's own role, or the credentials of a developer. */
  #lendCredentials(profile: string | undefined): void {
    vi.unstubAllEnvs();
    if (profile === undefined) return;
    const { accessKeyId, secretAccessKey } = localProfile(LOCAL_ACCOUNT);
    const file = join(this.#folder, 'credentials');
    const keys = `aws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
    writeFileSync(file, PROFILES.map((name) => `[${name}]\n${keys}`).join(''));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    if ((PROFILES as readonly string[]).includes(profile)) return;
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  }
}

const READS = [{ Effect: 'Allow', Action: ['logs:*', 'cloudwatch:*'], Resource: '*' }] as const;

function named(name: string, trust: Parameters<typeof createRole>[3]): Role {
  return createRole(ACCOUNT, name, READS, trust);
}

const assumedByServer: Parameters<typeof createRole>[3] = () => [
  {
    Effect: 'Allow',
    Principal: { AWS: SERVER_ROLE_ARN },
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
  },
];

const assumedWithToken: Parameters<typeof createRole>[3] = (account, providers) =>
  providers.map(({ issuer, audiences }) => {
    const name = new URL(issuer).host;
    return {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${name}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${name}:aud`]: audiences } },
    };
  });

function keysOf(issuer: string): string {
  return `${issuer}/.well-known/jwks.json`;
}

/** A `fetch` in which every host answers as the identity provider of its address, and this machine as it is. */
function answering(key: JWK): typeof fetch {
  const real = globalThis.fetch;
  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const { hostname } = new URL(address);
    if (hostname === '127.0.0.1' || hostname === 'localhost') return real(input, init);
    const [, issuer = '', document = ''] = /^(.*?)\/(?:\.well-known\/)?([\w.-]+)$/.exec(address) ?? [];
    const body = documentsOf(issuer, key)[document];
    return body === undefined ? new Response('', { status: 404 }) : Response.json(body);
  };
}

function documentsOf(issuer: string, key: JWK): Readonly<Record<string, object>> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const introspected = { active: true, iss: issuer, sub: 'alice', aud: 'http://localhost:3334/mcp', scope: 'cw:read' };
  return {
    'openid-configuration': { issuer, jwks_uri: keysOf(issuer) },
    'oauth-authorization-server': { issuer, introspection_endpoint: `${issuer}/introspect` },
    'jwks.json': { keys: [key] },
    introspect: { ...introspected, client_id: 'chat', exp },
  };
}
