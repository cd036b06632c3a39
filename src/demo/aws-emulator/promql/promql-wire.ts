import type { AwsFault } from '../operation.js';
import type { ReceivedRequest } from '../sigv4.js';
import type { Protocol, WireAnswer, WireCall } from '../wire.js';
import type { PromqlInput } from './promql-operations.js';

const OPERATIONS: readonly (readonly [path: RegExp, operation: string])[] = [
  [/^\/api\/v1\/query(_range)?$/, 'QueryMetrics'],
  [/^\/api\/v1\/series$/, 'GetSeries'],
  [/^\/api\/v1\/(labels|label\/[^/]+\/values)$/, 'GetLabels'],
];

const PROMETHEUS: Protocol = {
  output: (output, requestId) => answer(200, { status: 'success', ...output }, requestId),
  fault: ({ code, message, status, members }: AwsFault, requestId) =>
    'errorType' in members
      ? answer(status, { status: 'error', errorType: members.errorType, error: message }, requestId)
      : answer(status, { message }, requestId, { 'x-amzn-errortype': code }),
};

/** A GET of the Prometheus-compatible API; undefined for any other request. */
export function readPromqlCall({ method, target }: ReceivedRequest): WireCall | undefined {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const operation = OPERATIONS.find(([pattern]) => pattern.test(path))?.[1];
  if (method !== 'GET' || operation === undefined) return undefined;
  const input: PromqlInput = { path, parameters: parametersOf(query) };
  return { service: 'monitoring', operation, protocol: PROMETHEUS, decodeInput: () => Promise.resolve(input) };
}

function parametersOf(query: string): Record<string, string[]> {
  const parameters: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (parameters[name] ??= []).push(value);
  return parameters;
}

function answer(
  status: number,
  body: object,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...headers },
    body: JSON.stringify(body),
  };
}
