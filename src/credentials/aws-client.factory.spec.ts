import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, StartLiveTailCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetIdCommand } from '@aws-sdk/client-cognito-identity';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AppConfig, loadAppConfig } from '../config/app-config.js';
import { PRODUCT } from '../config/version.js';
import { AwsClientFactory, type UserCredentialsSource } from './aws-client.factory.js';
import { UserCredentials } from './user-credentials.js';

const alice = new UserCredentials({ accessKeyId: 'ASIAALICE', secretAccessKey: 'secret', sessionToken: 'token' });

/** A server that answers every call of CloudWatch Logs and keeps what it was sent. */
async function startEndpoint(delayMs = 0) {
  const seen: { authorization?: string; userAgent?: string }[] = [];
  const counts = { connections: 0 };
  const server: Server = createServer((request, response) => {
    seen.push({ authorization: request.headers.authorization, userAgent: request.headers['user-agent'] });
    setTimeout(() => response.setHeader('content-type', 'application/x-amz-json-1.1').end('{"logGroups":[]}'), delayMs);
  });
  server.on('connection', () => (counts.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, counts, close };
}

function configuration(endpointUrl?: string): AppConfig {
  return loadAppConfig({
    API_KEYS: `ci:sha256:${'0'.repeat(64)}`,
    AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111111111111:role/CloudWatchReader',
    AWS_ENDPOINT_URL: endpointUrl,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
  });
}

describe('AwsClientFactory.forUser', () => {
  let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
  let factory: AwsClientFactory;

  beforeEach(async () => {
    endpoint = await startEndpoint();
    factory = new AwsClientFactory(configuration(endpoint.url));
  });
  afterEach(async () => {
    factory.onApplicationShutdown();
    vi.unstubAllEnvs();
    await endpoint.close();
  });

  const describeGroups = (source: UserCredentialsSource): Promise<unknown> =>
    factory.forUser(CloudWatchLogsClient, source, 'us-east-1').send(new DescribeLogGroupsCommand({}));

  it("signs with the user's credentials [B6]", async () => {
    await describeGroups(() => alice);
    expect(endpoint.seen[0]?.authorization).toContain('Credential=ASIAALICE/');
  });

  it.each([undefined, null, {}, { accessKeyId: 'AKIA', secretAccessKey: 'x' }])(
    "sends nothing when the user's credentials are %j, although the server has its own [ISO-07]",
    async (missing) => {
      expect(process.env.AWS_ACCESS_KEY_ID).not.toBe('');
      await expect(describeGroups(() => missing as unknown as UserCredentials)).rejects.toBeInstanceOf(TypeError);
      await expect(describeGroups(missing as unknown as UserCredentialsSource)).rejects.toBeInstanceOf(TypeError);
      expect(endpoint.seen).toEqual([]);
    },
  );

  it('has no way to the default chain even when the SDK is given no credentials at all [ISO-07]', async () => {
    const client = factory.forUser(
      class extends CloudWatchLogsClient {
        constructor(config: ConstructorParameters<typeof CloudWatchLogsClient>[0]) {
          super({ ...config, credentials: undefined });
        }
      },
      () => alice,
      'us-east-1',
    );
    await expect(client.send(new DescribeLogGroupsCommand({}))).rejects.toThrow(
      'never uses the identity of this machine',
    );
    expect(endpoint.seen).toEqual([]);
  });

  it('signs each call with what the source gives at that moment', async () => {
    let current = alice;
    const client = factory.forUser(CloudWatchLogsClient, () => current, 'us-east-1');
    await client.send(new DescribeLogGroupsCommand({}));
    current = new UserCredentials({ accessKeyId: 'ASIARENEWED', secretAccessKey: 'secret', sessionToken: 'token' });
    await client.send(new DescribeLogGroupsCommand({}));
    expect(endpoint.seen[1]?.authorization).toContain('Credential=ASIARENEWED/');
  });

  it('names the product and its version in the user agent [C6]', async () => {
    await describeGroups(() => alice);
    expect(endpoint.seen[0]?.userAgent).toContain(`cloudwatch-mcp-server/${PRODUCT.version}`);
    expect(PRODUCT.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('shares one connection among the clients of all calls', async () => {
    for (let call = 0; call < 50; call += 1) await describeGroups(() => alice);
    expect(endpoint.counts.connections).toBe(1);
  });

  it('bounds the time of a request and fails when it is over', async () => {
    const client = factory.forUser(CloudWatchLogsClient, () => alice, 'us-east-1');
    await client.send(new DescribeLogGroupsCommand({}));
    const handler = client.config.requestHandler as unknown as NodeHttpHandler;
    expect(handler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 2_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
    });
  });

  it("does not let one client's destroy() break another's call", async () => {
    await endpoint.close();
    endpoint = await startEndpoint(100);
    factory = new AwsClientFactory(configuration(endpoint.url));
    const running = describeGroups(() => alice);
    const other = factory.forUser(CloudWatchLogsClient, () => alice, 'us-east-1');
    setTimeout(() => other.destroy(), 20);
    await expect(running).resolves.toMatchObject({ logGroups: [] });
    await expect(other.send(new DescribeLogGroupsCommand({}))).resolves.toMatchObject({ logGroups: [] });
    // A broken connection would have been retried.
    expect(endpoint.seen).toHaveLength(2);
  });

  it("takes no endpoint from AWS_ENDPOINT_URL_*, so that no call leaves AWS's own domains unnoticed [ARG-19]", async () => {
    for (const service of ['', '_CLOUDWATCH', '_STS'])
      vi.stubEnv(`AWS_ENDPOINT_URL${service}`, 'http://attacker.example');
    const direct = new AwsClientFactory(configuration());
    const hosts: string[] = [];
    const capture = {
      applyToStack: (stack: CloudWatchClient['middlewareStack']): void => {
        stack.add(
          () => async (args) => {
            hosts.push((args.request as { hostname: string }).hostname);
            throw new Error('not sent');
          },
          { step: 'finalizeRequest', priority: 'high' },
        );
      },
    };
    const user = direct.forUser(CloudWatchClient, () => alice, 'eu-west-1');
    user.middlewareStack.use(capture);
    await expect(user.send(new ListMetricsCommand({}))).rejects.toThrow('not sent');
    const sts = direct.serverSts();
    sts.middlewareStack.use(capture);
    const command = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111111111111:role/x', RoleSessionName: 'x' });
    await expect(sts.send(command)).rejects.toThrow('not sent');
    expect(hosts).toEqual(['monitoring.eu-west-1.amazonaws.com', 'sts.us-east-1.amazonaws.com']);
  });
});

describe('the host of Live Tail', () => {
  it.each([
    ["is AWS's host for streams", undefined, 'stream-logs.eu-west-1.amazonaws.com'],
    ['is the one endpoint, where one is configured', 'http://127.0.0.1:4566', '127.0.0.1'],
  ])('%s', async (_case, endpointUrl, expected) => {
    const factory = new AwsClientFactory(configuration(endpointUrl));
    const client = factory.forUser(CloudWatchLogsClient, () => alice, 'eu-west-1');
    let host = '';
    const last = { step: 'finalizeRequest', priority: 'low' } as const;
    client.middlewareStack.add(
      () => async (args) => {
        host = (args.request as { hostname: string }).hostname;
        throw new Error('not sent');
      },
      last,
    );
    const logGroupIdentifiers = ['arn:aws:logs:eu-west-1:111111111111:log-group:/a'];
    await expect(client.send(new StartLiveTailCommand({ logGroupIdentifiers }))).rejects.toThrow('not sent');
    expect(host).toBe(expected);
    factory.onApplicationShutdown();
  });
});

describe('AwsClientFactory.anonymousSts', () => {
  it("signs nothing, although the server's own identity is within reach [B3] [ISO-07]", async () => {
    const endpoint = await startEndpoint();
    const factory = new AwsClientFactory(configuration(endpoint.url));
    const command = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111111111111:role/x', RoleSessionName: 'x' });
    await expect(factory.anonymousSts().send(command)).rejects.toThrow('never uses the identity of this machine');
    expect(endpoint.seen).toEqual([]);
    factory.onApplicationShutdown();
    await endpoint.close();
  });
});

describe('AwsClientFactory.cognitoIdentity', () => {
  it("sends what is unsigned, although the server's own identity is within reach [B2] [ISO-07]", async () => {
    const endpoint = await startEndpoint();
    const factory = new AwsClientFactory(configuration(endpoint.url));
    const command = new GetIdCommand({ IdentityPoolId: 'eu-west-1:pool', Logins: {} });
    await factory.cognitoIdentity('eu-west-1').send(command);
    expect(endpoint.seen).toMatchObject([{ authorization: undefined }]);
    factory.onApplicationShutdown();
    await endpoint.close();
  });
});

describe('the clients of exchanges', () => {
  it('have no tries of their own, which all users would share, and a time limit', async () => {
    const factory = new AwsClientFactory(configuration());
    const limits = { requestTimeout: 4_000, connectionTimeout: 2_000, throwOnRequestTimeout: true };
    for (const client of [
      factory.serverSts(),
      factory.serverSts('eu-west-1'),
      factory.anonymousSts('eu-west-1'),
      factory.cognitoIdentity('eu-west-1'),
    ]) {
      expect(await client.config.maxAttempts()).toBe(1);
      const handler = client.config.requestHandler as unknown as NodeHttpHandler;
      // The handler settles its limits with its first use.
      await handler.handle({ protocol: 'ftp:' } as never).catch(() => undefined);
      expect(handler.httpHandlerConfigs()).toMatchObject(limits);
    }
    factory.onApplicationShutdown();
  });

  it('resolve the identity of the server once for all regions', () => {
    const factory = new AwsClientFactory(configuration());
    const [home, abroad] = [factory.serverSts(), factory.serverSts('eu-west-1')];
    expect(abroad).not.toBe(home);
    expect(factory.serverSts('us-east-1')).toBe(home);
    expect(factory.serverSts('eu-west-1')).toBe(abroad);
    factory.onApplicationShutdown();
  });

  it('log nothing: the SDK would print tokens and keys [ISO-12]', () => {
    const factory = new AwsClientFactory(configuration());
    const user = factory.forUser(CloudWatchLogsClient, () => alice, 'us-east-1');
    for (const client of [factory.serverSts(), factory.anonymousSts(), factory.cognitoIdentity('us-east-1'), user]) {
      expect(client.config.logger.constructor.name).toBe('NoOpLogger');
    }
    factory.onApplicationShutdown();
  });
});
