import {
  Client as V2Client,
  type OAuthClientProvider as V2Provider,
  type OAuthDiscoveryState,
  StreamableHTTPClientTransport as V2Transport,
  UnauthorizedError as V2Unauthorized,
} from '@modelcontextprotocol/client';
import {
  type OAuthClientProvider as V1Provider,
  UnauthorizedError as V1Unauthorized,
} from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ToolResult } from './clients.js';

interface Tokens {
  access_token: string;
  token_type: string;
  refresh_token?: string;
  scope?: string;
  issuer?: string;
}

interface ClientInformation {
  client_id: string;
  issuer?: string;
}

export interface SignInOptions {
  /** Where the browser brings the code. */
  readonly redirectUrl: string;
  /** The client's metadata document; without it the client registers itself. */
  readonly clientMetadataUrl?: string;
  /** False for a client that signs in anew instead of refreshing; default true. */
  readonly refreshes?: boolean;
}

/** A client's own memory of its sign-in, as a chat front end keeps it for each user; both SDK generations take it. */
export class RememberedSignIn implements V1Provider, V2Provider {
  readonly redirectUrl: string;
  readonly clientMetadataUrl: string | undefined;
  readonly clientMetadata;
  /** Where the client wants to send its user, once for each time it did. */
  readonly authorizationUrls: URL[] = [];
  /** Access tokens in the order they were issued. */
  readonly issued: string[] = [];
  information: ClientInformation | undefined;
  stored: Tokens | undefined;
  #verifier = '';
  #discovered: OAuthDiscoveryState | undefined;

  constructor({ redirectUrl, clientMetadataUrl, refreshes = true }: SignInOptions) {
    this.redirectUrl = redirectUrl;
    this.clientMetadataUrl = clientMetadataUrl;
    this.clientMetadata = {
      client_name: 'e2e',
      application_type: 'native',
      redirect_uris: [redirectUrl],
      grant_types: refreshes ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  clientInformation = (): ClientInformation | undefined => this.information;
  saveClientInformation = (information: ClientInformation): void => {
    this.information = information;
  };
  tokens = (): Tokens | undefined => this.stored;
  saveTokens = (tokens: Tokens): void => {
    this.stored = tokens;
    this.issued.push(tokens.access_token);
  };
  redirectToAuthorization = (url: URL): void => {
    this.authorizationUrls.push(url);
  };
  saveCodeVerifier = (verifier: string): void => {
    this.#verifier = verifier;
  };
  codeVerifier = (): string => this.#verifier;
  discoveryState = (): OAuthDiscoveryState | undefined => this.#discovered;
  saveDiscoveryState = (state: OAuthDiscoveryState): void => {
    this.#discovered = state;
  };
}

/** What the user's browser does: goes to the address, signs in, and comes back with the answer's parameters. */
export type Browse = (authorizationUrl: URL) => Promise<URLSearchParams>;

/** A client that sends its user to sign in whenever the server asks for it, and carries on. */
export interface SigningInClient {
  tools(): Promise<string[]>;
  call(name: string): Promise<ToolResult>;
  close(): Promise<void>;
}

export type ConnectWithSignIn = (
  endpoint: string,
  signIn: RememberedSignIn,
  browse: Browse,
) => Promise<SigningInClient>;

interface Connection {
  connect(): Promise<unknown>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(name: string): Promise<ToolResult>;
  finishAuth(answer: URLSearchParams): Promise<void>;
  close(): Promise<void>;
}

/** Both SDKs end a request that needs a sign-in with an error; the host signs its user in and sends it again. */
function hostOf(open: (endpoint: URL, signIn: RememberedSignIn) => Connection): ConnectWithSignIn {
  return async (endpoint, signIn, browse) => {
    const url = new URL(endpoint);
    let connection = open(url, signIn);
    const signingIn = async <T>(send: () => Promise<T>, again: () => Promise<T> = send): Promise<T> => {
      try {
        return await send();
      } catch (error) {
        const authorizationUrl = signIn.authorizationUrls.at(-1);
        if (!isUnauthorized(error) || authorizationUrl === undefined) throw error;
        await connection.finishAuth(await browse(authorizationUrl));
        return again();
      }
    };
    const reconnect = (): Promise<unknown> => {
      connection = open(url, signIn);
      return connection.connect();
    };
    await signingIn(() => connection.connect(), reconnect);
    return {
      tools: async () => (await signingIn(() => connection.listTools())).tools.map(({ name }) => name),
      call: (name) => signingIn(() => connection.callTool(name)),
      close: () => connection.close(),
    };
  };
}

const isUnauthorized = (error: unknown): boolean => error instanceof V1Unauthorized || error instanceof V2Unauthorized;

const clientInfo = { name: 'e2e', version: '1.0.0' };

const signInV1 = hostOf((endpoint, signIn) => {
  const client = new V1Client(clientInfo);
  const transport = new V1Transport(endpoint, { authProvider: signIn });
  return {
    connect: () => client.connect(transport),
    listTools: () => client.listTools(),
    callTool: async (name) => (await client.callTool({ name, arguments: {} })) as ToolResult,
    finishAuth: (answer) => transport.finishAuth(answer.get('code') ?? ''),
    close: () => client.close(),
  };
});

const signInV2 = (mode: 'legacy' | { pin: string }): ConnectWithSignIn =>
  hostOf((endpoint, signIn) => {
    const client = new V2Client(clientInfo, { versionNegotiation: { mode } });
    const transport = new V2Transport(endpoint, { authProvider: signIn });
    return {
      connect: () => client.connect(transport),
      listTools: () => client.listTools(),
      callTool: async (name) => (await client.callTool({ name, arguments: {} })) as ToolResult,
      finishAuth: (answer) => transport.finishAuth(answer),
      close: () => client.close(),
    };
  });

export const EVERY_SIGN_IN: readonly (readonly [string, ConnectWithSignIn])[] = [
  ['SDK 1.x', signInV1],
  ['SDK 2.x on 2026-07-28', signInV2({ pin: '2026-07-28' })],
  ['SDK 2.x on the older era', signInV2('legacy')],
];
