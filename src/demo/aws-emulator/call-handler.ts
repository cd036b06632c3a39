import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { authenticate } from './authentication.js';
import { type CallLog, type CallRecord } from './call-log.js';
import { type FaultKind, type FaultPlan } from './faults.js';
import { type CognitoIdentity } from './cognito-identity.js';
import { type Decision, denialMessage, evaluateAll } from './iam.js';
import { type Identity, type IdentityStore } from './identities.js';
import { AwsFault, type OperationContext, type OperationTable } from './operation.js';
import { commonFault, IAM_PREFIX, type TableService } from './services.js';
import { readSignature, type ReceivedRequest } from './sigv4.js';
import { type Sts } from './sts.js';
import { readPromqlCall } from './promql/promql-wire.js';
import {
  encodeFault,
  encodeOutput,
  readCall,
  streams,
  unknownOperation,
  type WireAnswer,
  type WireCall,
} from './wire.js';

/** What answers calls. */
export interface CallHandlerDependencies {
  readonly identities: IdentityStore;
  readonly sts: Sts;
  readonly cognito: CognitoIdentity;
  readonly tables: Readonly<Record<TableService, OperationTable>>;
  readonly faults: FaultPlan;
  readonly calls: CallLog;
  readonly now: () => Date;
}

/** Broken off instead of answered. */
export const CONNECTION_RESET = Symbol('connection reset');

type Draft = { -readonly [Key in keyof CallRecord]: CallRecord[Key] };

const FAILURE_MESSAGES: Readonly<Record<Exclude<FaultKind, 'latency' | 'reset' | 'access-denied' | 'error'>, string>> =
  {
    throttle: 'Rate exceeded',
    'server-error': 'The service is unavailable. Please try again later.',
    'expired-credentials': 'The security token included in the request is expired',
  };

/** Takes one request through signature, faults, permissions and its operation, and records it. */
export class CallHandler {
  constructor(private readonly dependencies: CallHandlerDependencies) {}

  /** Always answers: what goes wrong becomes an AWS error. */
  async answer(request: ReceivedRequest): Promise<WireAnswer | typeof CONNECTION_RESET> {
    const requestId = randomUUID();
    const call = readPromqlCall(request) ?? readCall(request.headers, request.body);
    if (call === undefined) {
      const target = request.headers['x-amz-target'];
      return encodeFault('logs', unknownOperation(String(target ?? `${request.method} ${request.target}`)), requestId);
    }
    const draft = this.#draft(call, request, requestId);
    try {
      const output = await this.#perform(call, request, draft);
      if (!streams(output)) return encodeOutput(call, output, requestId);
      const watched = { responseStream: this.#watched(call, draft, output.responseStream) };
      const ended = (): void => void (draft.streamEndedAt ??= this.dependencies.now());
      return { ...encodeOutput(call, watched, requestId), ended };
    } catch (error) {
      if (error === CONNECTION_RESET) {
        draft.errorCode = 'ConnectionReset';
        return CONNECTION_RESET;
      }
      const fault = error instanceof AwsFault ? error : internalFailure(call, error);
      draft.errorCode = fault.code;
      return call.protocol?.fault(fault, requestId) ?? encodeFault(call.service, fault, requestId);
    } finally {
      this.dependencies.calls.record(draft);
    }
  }

  /** The events of an answer that streams, each subject to the faults of `<action>/event`. */
  async *#watched(call: WireCall, draft: Draft, events: AsyncIterable<object>): AsyncGenerator<object> {
    for await (const event of events) {
      await this.#injectFaults(call, draft.principalArn ?? '', '/event');
      yield event;
    }
  }

  #draft(call: WireCall, request: ReceivedRequest, requestId: string): Draft {
    return {
      at: this.dependencies.now(),
      service: call.service,
      operation: call.operation,
      verified: false,
      userAgent: request.headers['user-agent'] ?? '',
      requestId,
      input: undefined,
    };
  }

  async #perform(call: WireCall, request: ReceivedRequest, draft: Draft): Promise<object> {
    if (call.operation === 'AssumeRoleWithWebIdentity' && call.service === 'sts') {
      return this.#webIdentity(call, draft);
    }
    if (call.service === 'cognito-identity') return this.#cognito(call, draft);
    const claim = readSignature(request.headers);
    draft.accessKeyId = claim?.accessKeyId;
    draft.region = claim?.region;
    const identity = authenticate(call.service, request, claim, this.dependencies.identities, draft.at.getTime());
    draft.principalArn = identity.principalArn;
    draft.accountId = identity.accountId;
    draft.verified = true;
    const input = await call.decodeInput();
    draft.input = input;
    await this.#injectFaults(call, identity.principalArn);
    if (call.service === 'sts') return this.#sts(call.operation, input, identity, draft.at);
    return this.#operation(call.service, call.operation, input, identity, {
      accountId: identity.accountId,
      region: claim?.region ?? '',
      principalArn: identity.principalArn,
      now: draft.at,
    });
  }

  async #webIdentity(call: WireCall, draft: Draft): Promise<object> {
    const input = await call.decodeInput();
    const { RoleArn, RoleSessionName } = input as { RoleArn?: string; RoleSessionName?: string };
    draft.input = { ...input, WebIdentityToken: '[redacted]' };
    await this.#injectFaults(call, `${RoleArn}/${RoleSessionName}`);
    const { session, output } = await this.dependencies.sts.assumeRoleWithWebIdentity(input, draft.at);
    draft.principalArn = session.principalArn;
    draft.accountId = session.accountId;
    draft.verified = true;
    return output;
  }

  async #cognito(call: WireCall, draft: Draft): Promise<object> {
    const input = await call.decodeInput();
    const { Logins, IdentityPoolId, IdentityId } = input as Record<string, string | undefined>;
    draft.input = { ...input, ...(Logins !== undefined && { Logins: Object.keys(Logins) }) };
    await this.#injectFaults(call, IdentityId ?? IdentityPoolId ?? '');
    const answer = await this.dependencies.cognito.answer(call.operation, input, draft.at);
    if (answer === undefined) throw unknownOperation(call.operation);
    draft.principalArn = answer.session?.principalArn;
    draft.accountId = answer.session?.accountId;
    draft.verified = true;
    return answer.output;
  }

  #sts(operation: string, input: object, caller: Identity, now: Date): object {
    if (operation === 'AssumeRole') return this.dependencies.sts.assumeRole(input, caller, now);
    if (operation === 'GetCallerIdentity') return this.dependencies.sts.getCallerIdentity(caller);
    throw unknownOperation(operation);
  }

  async #operation(
    service: TableService,
    name: string,
    input: object,
    identity: Identity,
    context: OperationContext,
  ): Promise<object> {
    const table = this.dependencies.tables[service];
    const operation = Object.hasOwn(table, name) ? table[name] : undefined;
    if (operation === undefined) throw unknownOperation(name);
    for (const action of operation.actions ?? [`${IAM_PREFIX[service]}:${name}`]) {
      const decide = (resource: string): Decision => evaluateAll(identity.policies, { action, resource });
      // SECURITY: a deny of everything comes first, whatever resources there turn out to be (possibly none).
      const deniedOutright = decide('*') === 'explicit-deny';
      for (const resource of (!deniedOutright && operation.resources?.(input as never, context)) || ['*']) {
        const decision = decide(resource);
        if (decision === 'allow') continue;
        const message = denialMessage(identity.principalArn, action, resource, decision);
        throw commonFault(service, 'access-denied', message);
      }
    }
    return operation.handle(input as never, context);
  }

  async #injectFaults(call: WireCall, principal: string, part = ''): Promise<void> {
    const action = `${IAM_PREFIX[call.service]}:${call.operation}${part}`;
    const { delayMs, failure, code, message: words } = this.dependencies.faults.take(action, principal);
    if (delayMs > 0) await delay(delayMs, undefined, { ref: false });
    if (failure === 'reset') throw CONNECTION_RESET;
    if (failure === undefined) return;
    if (failure === 'error') throw new AwsFault(code ?? 'InternalFailure', 'A fault that was planned');
    const message =
      failure === 'access-denied' ? denialMessage(principal, action, '*', 'no-allow') : FAILURE_MESSAGES[failure];
    throw commonFault(call.service, failure, words ?? message);
  }
}

/** A defect of the emulator: its text goes into the answer, since only tests and the demo ever see it. */
function internalFailure(call: WireCall, error: unknown): AwsFault {
  const text = error instanceof Error ? error.message : String(error);
  return new AwsFault('InternalFailure', `AWS emulator failed in ${call.operation}: ${text}`, 500);
}
