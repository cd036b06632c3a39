import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { Injectable } from '@nestjs/common';
import { SignatureV4 } from '@smithy/signature-v4';
import { PRODUCT } from '../config/version.js';
import { ServiceError } from '../errors.js';
import { type AwsCallScope, inTurn, performAwsCall } from './aws-call.middleware.js';
import { AwsClientFactory } from './aws-client.factory.js';
import { awsErrorKind } from './aws-error-names.js';
import { HttpFailure } from './http-failure.js';

const MAX_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 250;
const MAX_BODY_BYTES = 10_000_000;

/** A GET of CloudWatch's HTTP interface. */
export interface SignedRequest {
  /** Name of the operation in records, quotas and errors, e.g. `QueryMetrics`. */
  readonly operation: string;
  /** The IAM actions it needs. */
  readonly iamActions: readonly string[];
  /** From the endpoint's root, percent-encoded. */
  readonly path: string;
  /** Unencoded; a name may come several times. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** For all tries together, from the first one's start. */
  readonly timeoutMs: number;
}

interface JsonAnswer {
  readonly json: unknown;
  readonly $metadata: { readonly requestId?: string };
}

/** Requests that no SDK client makes, to the endpoint, over the connections and with the identity that clients use. */
@Injectable()
export class SignedFetchClient {
  constructor(private readonly factory: AwsClientFactory) {}

  /**
   * The answer's JSON. Tried three times when AWS is out of reach or answers 5xx, and never again after a 4xx.
   * @throws ServiceError
   */
  async get(scope: AwsCallScope, request: SignedRequest): Promise<unknown> {
    const { operation, iamActions, query } = request;
    const call = { service: 'cloudwatch', operation, iamActions, input: Object.fromEntries(query) };
    const { output } = await performAwsCall(scope, call, async () => {
      const timeout = AbortSignal.timeout(request.timeoutMs);
      const signal = AbortSignal.any([scope.signal, timeout]);
      const attempt = (): Promise<JsonAnswer> => inTurn(scope, call, () => this.#send(scope, request, signal));
      try {
        return { output: await severalTimes(attempt, signal) };
      } catch (error) {
        throw timeout.aborted && !scope.signal.aborted ? timedOut(error) : error;
      }
    });
    return output.json;
  }

  async #send({ session, region }: AwsCallScope, request: SignedRequest, signal: AbortSignal): Promise<JsonAnswer> {
    const { config } = this.factory.forUser(CloudWatchClient, () => session.current, region);
    const { protocol, hostname, port, pathname } = await endpointOf(config, region);
    const signer = new SignatureV4({
      credentials: config.credentials,
      region,
      service: 'monitoring',
      sha256: config.sha256,
    });
    const signed = await signer.sign({
      method: 'GET',
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: `${pathname.replace(/\/$/, '')}${request.path}`,
      query: queryOf(request.query),
      headers: {
        host: port === '' ? hostname : `${hostname}:${port}`,
        accept: 'application/json',
        'user-agent': `${PRODUCT.name}/${PRODUCT.version}`,
      },
    });
    const { response } = await config.requestHandler.handle(signed as never, { abortSignal: signal });
    const { statusCode: status, headers } = response;
    const body = await readBounded(response.body as Readable, signal);
    if (status !== 200) throw new HttpFailure({ status, headers, body });
    return { json: JSON.parse(body) as unknown, $metadata: { requestId: headers['x-amzn-requestid'] } };
  }
}

/** Where the SDK's own clients go: partition, dual-stack, FIPS and AWS_ENDPOINT_URL as for them. */
async function endpointOf(config: CloudWatchClient['config'], region: string): Promise<URL> {
  const custom = await config.endpoint?.();
  const address =
    custom && `${custom.protocol}//${custom.hostname}${custom.port ? `:${custom.port}` : ''}${custom.path}`;
  const { url } = config.endpointProvider({
    Region: region,
    Endpoint: address,
    UseDualStack: await config.useDualstackEndpoint(),
    UseFIPS: await config.useFipsEndpoint(),
  });
  return url;
}

function queryOf(pairs: SignedRequest['query']): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [name, value] of pairs) (query[name] ??= []).push(value);
  return query;
}

async function severalTimes<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tried === MAX_ATTEMPTS || awsErrorKind(error) !== 'unavailable') throw error;
      await delay(Math.random() * FIRST_PAUSE_MS * 2 ** tried, undefined, { signal });
    }
  }
}

async function readBounded(body: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of addAbortSignal(signal, body) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new ServiceError('result_too_large', 'AWS answers with more than 10 MB; ask for less.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function timedOut(cause: unknown): Error {
  return Object.assign(new Error('The time for the request is over', { cause }), { name: 'TimeoutError' });
}
