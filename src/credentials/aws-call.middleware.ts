import type { GetQueryResultsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { awsCallSpan } from '../security-monitoring/tracing/span-facts.js';
import { inClientSpan } from '../security-monitoring/tracing/span.factory.js';
import type { AwsCallLimitsService, LimitedCall } from './aws-call-limits.service.js';
import { type AwsCall, awsError } from './aws-error.js';
import { awsErrorKind, awsErrorName, awsRequestId } from './aws-error-names.js';
import type { AwsSession } from './aws-session.js';

/** What every AWS call of one client has in common. */
export interface AwsCallScope {
  readonly session: AwsSession;
  readonly events: Pick<SecurityEventsService, 'record'>;
  readonly limits: Pick<AwsCallLimitsService, 'turn' | 'slowDown'>;
  readonly requestId: string;
  readonly principal: Principal;
  readonly region: string;
  readonly account: string;
  /** Whose rights are used, in words. */
  readonly identity: string;
  /** Those who share AWS's quotas: the account, or the caller where it is not known. */
  readonly quota: { readonly account: string; readonly owner: string };
  /** Aborted when the caller cancels or disconnects. */
  readonly signal: AbortSignal;
}

/** What a call is, besides where it goes. */
export type AwsOperation = Pick<AwsCall, 'service' | 'operation' | 'input' | 'iamActions'>;

interface MiddlewareContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** A step of the SDK. */
type Middleware<A extends object> = <O extends object>(
  next: (args: A) => Promise<O>,
  context: MiddlewareContext,
) => (args: A) => Promise<O>;

/** The part of an SDK client that takes middleware. */
export interface MiddlewareHost {
  readonly middlewareStack: {
    /** Outside the SDK's retries: once for each `send`. */
    add(
      middleware: Middleware<{ input: object }>,
      options: { step: 'initialize'; name: string; priority: 'high' },
    ): void;
    /** Once for each try. */
    add(
      middleware: Middleware<{ input: object; request: unknown }>,
      options: { step: 'finalizeRequest'; name: string; priority: 'low' },
    ): void;
  };
}

/** Makes each call of a client one of `performAwsCall`, and each try of it wait for its turn. */
export function watchAwsCalls(client: MiddlewareHost, scope: AwsCallScope): void {
  const { middlewareStack: stack } = client;
  stack.add(
    (next, context) => (args) => performAwsCall(scope, { ...named(context), input: args.input }, () => next(args)),
    { step: 'initialize', name: 'awsCall', priority: 'high' },
  );
  stack.add((next, context) => (args) => inTurn(scope, named(context), () => next(args)), {
    step: 'finalizeRequest',
    name: 'awsCallLimit',
    priority: 'low',
  });
}

/**
 * One AWS call of a caller: recorded, its errors ours, and when the credentials have expired they are renewed and it is
 * tried once more.
 * @throws ServiceError
 */
export async function performAwsCall<O extends object>(
  scope: AwsCallScope,
  operation: AwsOperation,
  send: () => Promise<O>,
): Promise<O> {
  const used = scope.session.current;
  try {
    return await traced(scope, operation, send).catch(async (error: unknown) => {
      if (awsErrorKind(error) !== 'expired') throw error;
      await scope.session.renew(used);
      return traced(scope, operation, send);
    });
  } catch (error) {
    throw awsError(error, { ...operation, region: scope.region, identity: scope.identity });
  }
}

/** One try of a call, when AWS's quota has room for it. */
export async function inTurn<O>(
  { limits, quota, region, signal }: AwsCallScope,
  { service, operation }: Pick<AwsOperation, 'service' | 'operation'>,
  send: () => Promise<O>,
): Promise<O> {
  const call: LimitedCall = { ...quota, region, operation: `${service}:${operation}`, signal };
  await limits.turn(call);
  try {
    return await send();
  } catch (error) {
    if (awsErrorKind(error) === 'throttled') limits.slowDown(call);
    throw error;
  }
}

function traced<O extends object>(scope: AwsCallScope, operation: AwsOperation, send: () => Promise<O>): Promise<O> {
  const span = awsCallSpan(operation.service, operation.operation, scope.region);
  return inClientSpan(span, () => recorded(scope, operation, send));
}

async function recorded<O extends object>(
  scope: AwsCallScope,
  { service, operation }: AwsOperation,
  send: () => Promise<O>,
): Promise<O> {
  const { events, requestId, principal, region, account } = scope;
  const { sessionName } = scope.session.current;
  const started = performance.now();
  const facts = { name: 'aws.called', requestId, principal, service, operation, region, account, sessionName } as const;
  const durationMs = (): number => Math.round(performance.now() - started);
  try {
    const result = await send();
    const output: unknown = 'output' in result ? result.output : undefined;
    events.record({
      ...facts,
      outcome: 'ok',
      awsRequestId: awsRequestId(output),
      bytesScanned: bytesScanned(operation, output),
      durationMs: durationMs(),
    });
    return result;
  } catch (error) {
    // Nothing was sent.
    if (error instanceof ServiceError) throw error;
    events.record({
      ...facts,
      outcome: 'error',
      awsErrorName: awsErrorName(error),
      awsRequestId: awsRequestId(error),
      durationMs: durationMs(),
    });
    throw error;
  }
}

/** What a Logs Insights query has scanned, once it is complete: each poll before says what was scanned so far. */
function bytesScanned(operation: string, output: unknown): number | undefined {
  if (operation !== 'GetQueryResults') return undefined;
  const { status, statistics } = output as GetQueryResultsCommandOutput;
  return status === 'Complete' ? statistics?.bytesScanned : undefined;
}

function named({ clientName = '', commandName = '' }: MiddlewareContext): { service: string; operation: string } {
  return { service: iamPrefix(clientName), operation: commandName.replace(/Command$/, '') };
}

function iamPrefix(clientName: string): string {
  return clientName === 'CloudWatchLogsClient' ? 'logs' : clientName.replace(/Client$/, '').toLowerCase();
}
