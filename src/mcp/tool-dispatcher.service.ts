import { Inject, Injectable } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError, toolDeniedReason } from '../errors.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import type { Tool, ToolCall, ToolImage } from './tool.js';
import { parseToolArguments, printable } from './tool-arguments.js';
import { toServiceError } from './tool-error.js';
import { scopeRefusal } from './tool-policy.js';
import { type RegisteredTool, ToolRegistryService } from './tool-registry.service.js';

export type ToolOutcome =
  | { readonly ok: true; readonly output: Record<string, unknown>; readonly images: readonly ToolImage[] }
  | { readonly ok: false; readonly error: ServiceError };

/** A call as it comes in; what it attaches to its answer is gathered here. */
export type IncomingCall = Omit<ToolCall, 'attach'>;

/**
 * Runs one tool for one caller, whichever way the call came in: validates the arguments, builds the tool in a context
 * of its own so that everything it reaches belongs to this caller, and records what happened. Never rejects.
 */
@Injectable()
export class ToolDispatcherService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly moduleRef: ModuleRef,
    private readonly registry: ToolRegistryService,
    private readonly events: SecurityEventsService,
  ) {}

  async dispatch(name: string, args: unknown, call: IncomingCall): Promise<ToolOutcome> {
    const tool = this.registry.find(name);
    if (tool === undefined) return this.refuseUnknown(name, call);
    const started = performance.now();
    try {
      const images: ToolImage[] = [];
      const output = await this.run(tool, args, { ...call, attach: (image) => images.push(image) });
      this.recordCall(name, call, started);
      return { ok: true, output, images };
    } catch (failure) {
      const error = call.signal.aborted ? cancelled(failure) : toServiceError(failure, call.requestId);
      this.recordCall(name, call, started, error);
      return { ok: false, error };
    }
  }

  private async run(tool: RegisteredTool, args: unknown, call: ToolCall): Promise<Record<string, unknown>> {
    // SECURITY: checked for every way in, whatever was challenged or left unlisted before.
    const refusal = scopeRefusal(tool.definition.toolset, call.principal, this.config);
    if (refusal !== undefined) throw refusal;
    const input = parseToolArguments(tool.definition, tool.schemas.input, args);
    const contextId = ContextIdFactory.create();
    this.moduleRef.registerRequestByContextId(call, contextId);
    const instance = await this.moduleRef.resolve<Tool>(tool.toolClass, contextId, { strict: false });
    return instance.execute(input, call);
  }

  private refuseUnknown(name: string, { requestId, principal }: IncomingCall): ToolOutcome {
    this.events.record({ name: 'tool.denied', requestId, principal, reason: 'unknown_tool' });
    return { ok: false, error: new ServiceError('unknown_tool', `Unknown tool: ${printable(name)}`) };
  }

  private recordCall(tool: string, call: IncomingCall, started: number, error?: ServiceError): void {
    const facts = { requestId: call.requestId, principal: call.principal, tool };
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
