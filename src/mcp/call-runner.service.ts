import { Inject, Injectable, type Type } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError, toolDeniedReason } from '../errors.js';
import type { CallContext } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { toServiceError } from './tool-error.js';
import { type UntrustedOutput, untrustedOutput } from './untrusted-output.js';

/** How a call ended. */
export type CallOutcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ServiceError };

/** Runs what is done for one caller in a context of its own, and records what happened. */
@Injectable()
export class CallRunnerService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly moduleRef: ModuleRef,
    private readonly events: SecurityEventsService,
  ) {}

  /**
   * Does the work and records it under a name of ours. Never rejects.
   * @param name a tool, or the method and kind of another call, e.g. `resources/read alarms`
   */
  async run<T>(name: string, call: CallContext, work: () => Promise<T>): Promise<CallOutcome<T>> {
    const started = performance.now();
    try {
      const value = await work();
      this.record(name, call, started);
      return { ok: true, value };
    } catch (failure) {
      const error = call.signal.aborted ? cancelled(failure) : toServiceError(failure, call.requestId);
      this.record(name, call, started, error);
      return { ok: false, error };
    }
  }

  /** An instance for this call alone: everything it reaches belongs to this caller. */
  build<T>(type: Type<T>, call: CallContext): Promise<T> {
    const contextId = ContextIdFactory.create();
    this.moduleRef.registerRequestByContextId(call, contextId);
    return this.moduleRef.resolve<T>(type, contextId, { strict: false });
  }

  /**
   * Does something for a call within a time, which ends the AWS calls made for it too.
   * @throws ServiceError `aws_unavailable` when the time is over, also where the work itself heeds no signal
   */
  async within<T>(ms: number, call: CallContext, work: (call: CallContext) => Promise<T>): Promise<T> {
    const deadline = AbortSignal.timeout(ms);
    const over = new Promise<never>((_resolve, reject) => {
      deadline.addEventListener('abort', () =>
        reject(new ServiceError('aws_unavailable', `AWS did not answer within ${ms / 1_000} s.`)),
      );
    });
    return Promise.race([work({ ...call, signal: AbortSignal.any([call.signal, deadline]) }), over]);
  }

  /** What others wrote, as a caller gets it. */
  untrusted<T>(value: T): UntrustedOutput<T> {
    return untrustedOutput(value, { mask: this.config.tools.maskSecrets });
  }

  private record(tool: string, { requestId, principal }: CallContext, started: number, error?: ServiceError): void {
    const facts = { requestId, principal, tool };
    const durationMs = performance.now() - started;
    if (error?.code === 'cancelled') return this.events.record({ name: 'tool.cancelled', ...facts, durationMs });
    const reason = error === undefined ? undefined : toolDeniedReason(error);
    if (reason !== undefined) this.events.record({ name: 'tool.denied', ...facts, reason });
    this.events.record({
      name: 'tool.called',
      ...facts,
      outcome: error === undefined ? 'ok' : 'error',
      code: error?.code,
      durationMs,
      detail: error?.detail ?? (error?.code === 'internal' ? stackOf(error.cause) : undefined),
    });
  }
}

function cancelled(cause: unknown): ServiceError {
  return new ServiceError('cancelled', 'The call was cancelled.', { cause });
}

function stackOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
