import type { Principal } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { awsError } from './aws-error.js';
import { awsErrorKind, awsErrorName, awsRequestId } from './aws-error-names.js';
import type { AwsSession } from './aws-session.js';

/** What every AWS call of one client has in common. */
export interface AwsCallScope {
  readonly session: AwsSession;
  readonly events: Pick<SecurityEventsService, 'record'>;
  readonly requestId: string;
  readonly principal: Principal;
  readonly region: string;
  readonly account: string;
  /** Whose rights are used, in words. */
  readonly identity: string;
}

/** The SDK's `initialize` step, outside its retries: once for each `send`. */
export type InitializeMiddleware = <O extends object>(
  next: (args: { input: object }) => Promise<O>,
  context: { readonly clientName?: string; readonly commandName?: string },
) => (args: { input: object }) => Promise<O>;

/** The part of an SDK client that takes middleware. */
export interface MiddlewareHost {
  readonly middlewareStack: {
    add(middleware: InitializeMiddleware, options: { step: 'initialize'; name: string; priority: 'high' }): void;
  };
}

/** Makes each call of a client recorded, its errors ours, and expired credentials renewed and tried once more. */
export function watchAwsCalls(client: MiddlewareHost, scope: AwsCallScope): void {
  client.middlewareStack.add(awsCallMiddleware(scope), { step: 'initialize', name: 'awsCall', priority: 'high' });
}

function awsCallMiddleware(scope: AwsCallScope): InitializeMiddleware {
  return (next, context) => async (args) => {
    const call = {
      service: iamPrefix(context.clientName ?? ''),
      operation: (context.commandName ?? '').replace(/Command$/, ''),
      region: scope.region,
      identity: scope.identity,
      input: args.input,
    };
    const send = (): ReturnType<typeof next> => recorded(scope, call, () => next(args));
    const used = scope.session.current;
    try {
      return await send().catch(async (error: unknown) => {
        if (awsErrorKind(error) !== 'expired') throw error;
        await scope.session.renew(used);
        return send();
      });
    } catch (error) {
      throw awsError(error, call);
    }
  };
}

async function recorded<O extends object>(
  scope: AwsCallScope,
  { service, operation }: { readonly service: string; readonly operation: string },
  send: () => Promise<O>,
): Promise<O> {
  const { events, requestId, principal, region, account } = scope;
  const started = performance.now();
  const facts = { name: 'aws.called', requestId, principal, service, operation, region, account } as const;
  const durationMs = (): number => Math.round(performance.now() - started);
  try {
    const result = await send();
    const output: unknown = 'output' in result ? result.output : undefined;
    events.record({ ...facts, outcome: 'ok', awsRequestId: awsRequestId(output), durationMs: durationMs() });
    return result;
  } catch (error) {
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

function iamPrefix(clientName: string): string {
  return clientName === 'CloudWatchLogsClient' ? 'logs' : clientName.replace(/Client$/, '').toLowerCase();
}
