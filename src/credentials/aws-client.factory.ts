import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import { STSClient } from '@aws-sdk/client-sts';
import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { PRODUCT } from '../config/version.js';
import type { AwsIdentity, UserCredentials } from './user-credentials.js';

const MAX_SOCKETS = 200;
const CONNECT_TIMEOUT_MS = 2_000;
const EXCHANGE_TIMEOUT_MS = 4_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_ATTEMPTS = 3;

/** Whose credentials sign the next request: asked each time, so that a renewed session takes effect. */
export type UserCredentialsSource = () => UserCredentials;

/** An SDK client class that can be built from the configuration this factory gives. */
export type AwsClientConstructor<C> = new (config: AwsClientConfig) => C;

/** The only place that constructs SDK clients: for one user, or for the calls of an exchange. */
@Injectable()
export class AwsClientFactory implements OnApplicationShutdown {
  readonly #agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
  };
  readonly #shared: ReturnType<AwsClientFactory['sharedConfig']>;
  readonly #serverSts: STSClient;
  /** By region; the regions come from the configuration, so there are few. */
  readonly #regionalSts = new Map<string, STSClient>();

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {
    this.#serverSts = new STSClient({ ...this.exchangeConfig(), region: config.aws.region });
    this.#regionalSts.set(config.aws.region, this.#serverSts);
    this.#shared = this.sharedConfig();
  }

  /**
   * A client that signs with one user's credentials and nothing else. Cheap (a twentieth of a millisecond): make one a
   * call. It must not be kept beyond the call; destroying it is harmless and needless.
   * SECURITY: an SDK client without credentials silently signs with the machine's own; here every path to those throws.
   */
  forUser<C>(Client: AwsClientConstructor<C>, source: UserCredentialsSource, region: string): C {
    return new Client(this.userConfig(source, region));
  }

  /** STS with the server's own, ambient identity: for AssumeRole only. One try a call. */
  serverSts(region: string = this.config.aws.region): STSClient {
    const known = this.#regionalSts.get(region);
    if (known !== undefined) return known;
    // One identity for all regions, resolved and renewed once.
    const { credentials } = this.#serverSts.config;
    const client = new STSClient({ ...this.exchangeConfig(), region, credentials });
    this.#regionalSts.set(region, client);
    return client;
  }

  /** STS without any identity: for AssumeRoleWithWebIdentity, which is unsigned. One try a call. */
  anonymousSts(region: string = this.config.aws.region): STSClient {
    return new STSClient({ ...this.#shared, ...this.exchangeConfig(), region, ...ANONYMOUS });
  }

  /** Cognito identity pools without any identity: GetId and GetCredentialsForIdentity are unsigned. One try a call. */
  cognitoIdentity(region: string): CognitoIdentityClient {
    return new CognitoIdentityClient({ ...this.#shared, ...this.exchangeConfig(), region, ...ANONYMOUS });
  }

  /** Credentials of this machine: of one AWS profile, or of the SDK's default chain. */
  async machineIdentity(profile?: string): Promise<AwsIdentity> {
    const clientConfig = { region: this.config.aws.region };
    // A named profile never falls through to environment or instance credentials.
    const provider =
      profile === undefined ? fromNodeProviderChain({ clientConfig }) : fromIni({ profile, clientConfig });
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider();
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
  }

  onApplicationShutdown(): void {
    this.#agents.httpAgent.destroy();
    this.#agents.httpsAgent.destroy();
  }

  private userConfig(source: UserCredentialsSource, region: string) {
    const credentials = async (): Promise<AwsIdentity> => source().reveal();
    return {
      ...this.#shared,
      region,
      // `memoized`: the SDK asks at every signature instead of keeping the first answer.
      credentials: Object.assign(credentials, { memoized: true }),
      ...ANONYMOUS,
    };
  }

  /** What clients may share; the server STS client has read the machine's dual-stack and FIPS settings, once for all. */
  private sharedConfig() {
    const { useDualstackEndpoint, useFipsEndpoint, userAgentAppId } = this.#serverSts.config;
    return {
      ...this.baseConfig(REQUEST_TIMEOUT_MS),
      useDualstackEndpoint,
      useFipsEndpoint,
      userAgentAppId,
      authSchemePreference: [],
    };
  }

  /**
   * One try a call: the SDK's own retries draw on a budget that all users of a client share, so that a few users'
   * failures would use up the tries of everybody else. CredentialsExchangeService tries again, each user by itself.
   */
  private exchangeConfig() {
    return { ...this.baseConfig(EXCHANGE_TIMEOUT_MS), maxAttempts: 1 };
  }

  private baseConfig(requestTimeout: number) {
    const endpoint = this.config.aws.endpointUrl;
    return {
      requestHandler: new SharedHttpHandler({
        ...this.#agents,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout,
        throwOnRequestTimeout: true,
        socketTimeout: requestTimeout,
      }),
      maxAttempts: MAX_ATTEMPTS,
      retryMode: 'standard' as const,
      defaultsMode: 'standard' as const,
      customUserAgent: [[PRODUCT.name, PRODUCT.version]] as [string, string][],
      // SECURITY: endpoints come from the checked configuration only, not from AWS_ENDPOINT_URL_* or shared files.
      ignoreConfiguredEndpointUrls: true,
      ...(endpoint === undefined ? {} : { endpoint, disableHostPrefix: true }),
    };
  }
}

/** What a user's client is built from. */
export type AwsClientConfig = ReturnType<AwsClientFactory['userConfig']>;

/**
 * One handler for all clients.
 * SECURITY: one client's `destroy()` or settings must not cut off or change the calls of other users.
 */
class SharedHttpHandler extends NodeHttpHandler {
  override destroy(): void {}

  override updateHttpClientConfig(): void {}
}

const ANONYMOUS = { credentialDefaultProvider: () => neverAmbient };

async function neverAmbient(): Promise<never> {
  throw new Error('This client never uses the identity of this machine');
}
