import { Inject, Injectable, type Type } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError, toolDeniedReason } from '../errors.js';
import type { CallContext, ReachedTarget } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { ShutdownService } from '../security-monitoring/shutdown.service.js';
import { failActiveSpan } from '../security-monitoring/tracing/span.factory.js';
import { toServiceError } from './tool-error.js';
import { shownCounts, type UntrustedOutput, untrustedOutput } from './untrusted-output.js';

/** How a call ended. */
export type CallOutcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ServiceError };

/** Runs what is done for one caller in a context of its own, and records what happened. */
@Injectable()
export class CallRunnerService {
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly moduleRef: ModuleRef,
    private readonly events: SecurityEventsService,
    private readonly shutdown: ShutdownService,
  ) {}

  /**
   * Does the work for the call it is given and records it, once, under a name of ours. Never rejects.
   * @param name a tool, or the method and kind of another call, e.g. `resources/read alarms`
   */
  run<C extends CallContext, T>(name: string, call: C, work: (call: C) => Promise<T>): Promise<CallOutcome<T>> {
    const running = this.#run(name, call, work).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Resolves when no call runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #run<C extends CallContext, T>(name: string, call: C, work: (call: C) => Promise<T>): Promise<CallOutcome<T>> {
    const started = performance.now();
    let target: ReachedTarget | undefined;
    const facts = (): CallFacts => ({ tool: name, target, durationMs: performance.now() - started });
    try {
      const value = await this.shutdown.race(work({ ...call, reached: (at) => void (target = at) }));
      this.record(call, facts());
      return { ok: true, value };
    } catch (failure) {
      const error = call.signal.aborted ? cancelled(failure) : toServiceError(failure, call.requestId);
      this.record(call, facts(), error);
      failActiveSpan('tool_error', { 'cloudwatch_mcp.error.code': error.code });
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

  /** A tool's output as a caller gets it: cleaned, with the counts of what was done to it. */
  shown(value: Record<string, unknown>): Record<string, unknown> {
    const { output, ...counts } = this.untrusted(value);
    return { ...output, ...shownCounts(counts) };
  }

  private record({ requestId, principal }: CallContext, callFacts: CallFacts, error?: ServiceError): void {
    const facts = { requestId, principal, ...callFacts };
    if (error === undefined) return this.events.record({ name: 'tool.called', ...facts, outcome: 'ok' });
    if (error.code === 'cancelled') return this.events.record({ name: 'tool.cancelled', ...facts });
    const { code } = error;
    const reason = toolDeniedReason(error);
    if (reason !== undefined) {
      return this.events.record({ name: 'tool.denied', ...facts, reason, code, detail: error.detail });
    }
    const fault = code === 'internal' ? (error.cause ?? error) : undefined;
    this.events.record({ name: 'tool.called', ...facts, outcome: 'error', code, detail: error.detail, fault });
  }
}

/** What the record of a call says beside who made it and how it ended. */
interface CallFacts {
  readonly tool: string;
  readonly target?: ReachedTarget;
  readonly durationMs: number;
}

function cancelled(cause: unknown): ServiceError {
  return new ServiceError('cancelled', 'The call was cancelled.', { cause });
}
