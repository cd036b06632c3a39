import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BUSY_MS } from '../../test/support/busy.js';
import { eventually } from '../../test/support/stack.js';
import { loadAppConfig } from '../config/app-config.js';
import { signatureProblem, readSignature } from '../demo/aws-emulator/sigv4.js';
import type { SecurityEvent } from '../security-monitoring/security-event.js';
import { AwsClientFactory } from './aws-client.factory.js';
import type { AwsCallScope } from './aws-call.middleware.js';
import { AwsSession } from './aws-session.js';
import { SignedFetchClient, type SignedRequest } from './signed-fetch.client.js';
import { UserCredentials } from './user-credentials.js';

const SECRET = 'the-secret-of-alice';
const keys = (accessKeyId: string): UserCredentials =>
  new UserCredentials({ accessKeyId, secretAccessKey: SECRET, sessionToken: 'a/session+token==' });

let close: (() => Promise<unknown>) | undefined;
let factory: AwsClientFactory;
let events: SecurityEvent[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  factory.onApplicationShutdown();
  await close?.();
  close = undefined;
  events = [];
});

/** CloudWatch, answering as the test says. */
async function startCloudWatch(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function clientFor(endpointUrl?: string): SignedFetchClient {
  factory = new AwsClientFactory(
    loadAppConfig({
      API_KEYS: `ci:sha256:${'0'.repeat(64)}`,
      AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111111111111:role/CloudWatchReader',
      AWS_ENDPOINT_URL: endpointUrl,
      INSECURE_ALLOW_AWS_ENDPOINT: 'true',
    }),
  );
  return new SignedFetchClient(factory);
}

function scope(changed: Partial<AwsCallScope> = {}): AwsCallScope {
  return {
    session: new AwsSession(keys('ASIAALICE'), () => Promise.resolve(keys('ASIARENEWED'))),
    events: { record: (event) => void events.push(event) },
    limits: { turn: () => undefined, slowDown: () => undefined },
    requestId: 'request-1',
    principal: { subject: 'alice' } as AwsCallScope['principal'],
    region: 'us-east-1',
    account: '111111111111',
    identity: 'your role',
    quota: { account: '111111111111', owner: 'alice' },
    signal: new AbortController().signal,
    ...changed,
  };
}

const REQUEST: SignedRequest = {
  operation: 'GetSeries',
  iamActions: ['cloudwatch:ListMetrics'],
  path: '/api/v1/label/a%2Fb%20c/values',
  query: [
    ['match[]', '{b="2"}'],
    ['start', '1'],
    ['match[]', '{a="ä +&=%/\'()*"}'],
    ['match[]', '{b="2"}'],
  ],
  timeoutMs: 15_000,
};

const ok = (_request: IncomingMessage, response: ServerResponse): void =>
  void response.setHeader('x-amzn-requestid', 'aws-1').end('{"data":[1]}');

describe('SignedFetchClient.get', () => {
  it('signs path, repeated names and every character as they are sent, and records the call', async () => {
    const { url, seen } = await startCloudWatch(ok);
    expect(await clientFor(url).get(scope(), REQUEST)).toEqual({ data: [1] });
    const [{ method = '', url: target = '', headers }] = seen as [IncomingMessage];
    const claim = readSignature(headers);
    expect(claim).toMatchObject({ accessKeyId: 'ASIAALICE', region: 'us-east-1', service: 'monitoring' });
    const received = { method, target, headers, body: Buffer.alloc(0) };
    expect(claim && signatureProblem(received, claim, SECRET, 'monitoring', Date.now())).toBeUndefined();
    const inOrder = (pairs: SignedRequest['query']): string[] => pairs.map((pair) => pair.join('=')).toSorted();
    expect(inOrder([...new URLSearchParams(target.split('?')[1])])).toEqual(inOrder(REQUEST.query));
    expect(headers['user-agent']).toMatch(/^cloudwatch-mcp-server\/\d/);
    expect(events).toMatchObject([
      { name: 'aws.called', service: 'cloudwatch', operation: 'GetSeries', outcome: 'ok', awsRequestId: 'aws-1' },
    ]);
  });

  it.each([
    ['us-east-1', 'monitoring.us-east-1.amazonaws.com', {}],
    ['cn-north-1', 'monitoring.cn-north-1.amazonaws.com.cn', {}],
    ['us-gov-west-1', 'monitoring.us-gov-west-1.amazonaws.com', {}],
    ['eu-west-1', 'monitoring.eu-west-1.api.aws', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
    ['us-east-1', 'monitoring-fips.us-east-1.amazonaws.com', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    ['us-east-1', 'monitoring.us-east-1.amazonaws.com', { AWS_ENDPOINT_URL: 'http://attacker.example' }],
  ])("goes in %s to %s, as the SDK's clients do with %j [ARG-19]", async (region, host, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const response = { statusCode: 200, headers: {}, body: Readable.from([Buffer.from('{}')]) };
    const handle = vi.spyOn(NodeHttpHandler.prototype, 'handle').mockResolvedValue({ response });
    await clientFor().get(scope({ region }), REQUEST);
    expect(handle.mock.calls[0]?.[0]).toMatchObject({ protocol: 'https:', hostname: host, path: REQUEST.path });
  });

  it('keeps the path of AWS_ENDPOINT_URL', async () => {
    const { url, seen } = await startCloudWatch(ok);
    await clientFor(`${url}/base`).get(scope(), REQUEST);
    expect(seen[0]?.url).toMatch(/^\/base\/api\/v1\/label\/a%2Fb%20c\/values\?/);
  });

  it('sends nothing without credentials of the caller, although the server has its own [ISO-07]', async () => {
    const { url, seen } = await startCloudWatch(ok);
    const session = new AwsSession(undefined as unknown as UserCredentials, () => Promise.reject(new Error('none')));
    await expect(clientFor(url).get(scope({ session }), REQUEST)).rejects.toMatchObject({ code: 'internal' });
    expect(seen).toEqual([]);
  });

  it('renews credentials that have expired, once', async () => {
    const { url, seen } = await startCloudWatch((_request, response) =>
      response.writeHead(403, { 'x-amzn-errortype': 'ExpiredTokenException' }).end('{}'),
    );
    await expect(clientFor(url).get(scope(), REQUEST)).rejects.toMatchObject({ code: 'aws_credentials_expired' });
    expect(seen.map(({ headers }) => readSignature(headers)?.accessKeyId)).toEqual(['ASIAALICE', 'ASIARENEWED']);
  });

  it.each([
    [400, 'aws_rejected', 1],
    [403, 'aws_access_denied', 1],
    [429, 'aws_throttled', 1],
    [302, 'internal', 1],
    [500, 'aws_unavailable', 3],
    [503, 'aws_unavailable', 3],
  ])('answers status %i with %s after %i tries, each in its turn', async (status, code, tries) => {
    const { url, seen } = await startCloudWatch((_request, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' }).end('upstream words'),
    );
    const turn = vi.fn();
    const slowDown = vi.fn();
    const error = await clientFor(url)
      .get(scope({ limits: { turn, slowDown } }), REQUEST)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.not.stringContaining('upstream') });
    expect(seen).toHaveLength(tries);
    expect(turn).toHaveBeenCalledTimes(tries);
    expect(slowDown).toHaveBeenCalledTimes(status === 429 ? 1 : 0);
    expect(events).toHaveLength(1);
  });

  it('takes no more than 10 MB', async () => {
    const megabyte = Buffer.alloc(1_000_000, '1');
    let written = 0;
    const { url } = await startCloudWatch((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(megabyte)) written += 1;
      };
      response.on('drain', more);
      more();
    });
    await expect(clientFor(url).get(scope(), REQUEST)).rejects.toMatchObject({ code: 'result_too_large' });
    await close?.();
    expect(written).toBeLessThan(40);
  });

  it.each([
    ['that does not begin', (): void => undefined],
    ['that does not end', (_: IncomingMessage, response: ServerResponse): void => void response.write('{')],
  ])('gives up on an answer %s when its time is over', async (_case, answer) => {
    const { url } = await startCloudWatch(answer);
    const started = performance.now();
    const request = { ...REQUEST, timeoutMs: 200 };
    await expect(clientFor(url).get(scope(), request)).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(performance.now() - started).toBeLessThan(200 + BUSY_MS);
  });

  it.each([
    ['before it is answered', (): void => undefined],
    ['while it is answered', (_: IncomingMessage, response: ServerResponse): void => void response.write('{')],
  ])('stops %s when the caller cancels, and closes the connection', async (_case, answer) => {
    const closed = vi.fn();
    const { url } = await startCloudWatch((request, response) => {
      request.socket.on('close', closed);
      answer(request, response);
    });
    const signal = AbortSignal.timeout(100);
    await expect(clientFor(url).get(scope({ signal }), REQUEST)).rejects.toMatchObject({ code: 'cancelled' });
    await eventually(() => expect(closed).toHaveBeenCalled());
  });

  it('shares the connections of the SDK clients', async () => {
    const { url, seen } = await startCloudWatch(ok);
    const client = clientFor(url);
    for (let call = 0; call < 5; call += 1) await client.get(scope(), REQUEST);
    expect(new Set(seen.map(({ socket }) => socket.remotePort)).size).toBe(1);
  });
});
