import { Inject, Injectable } from '@nestjs/common';
import type { ChartData } from '../chart-page/chart-data.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { ShutdownService } from '../security-monitoring/shutdown.service.js';
import { failActiveSpan } from '../security-monitoring/tracing/span.factory.js';
import { CallRunnerService } from './call-runner.service.js';
import type { ToolCall, ToolImage } from './tool.js';
import { parseToolArguments, printable } from './tool-arguments.js';
import { scopeRefusal } from './tool-policy.js';
import { type RegisteredTool, ToolRegistryService } from './tool-registry.service.js';

export type ToolOutcome =
  | {
      readonly ok: true;
      readonly output: Record<string, unknown>;
      readonly images: readonly ToolImage[];
      /** What only the tool's page draws. */
      readonly chart?: ChartData;
    }
  | { readonly ok: false; readonly error: ServiceError };

/** A call as it comes in; what every call has is added here. */
export type IncomingCall = Omit<ToolCall, 'attach' | 'draw' | 'endWaiting'>;

/**
 * Runs one tool for one caller, whichever way the call came in: validates the arguments, builds the tool in a context
 * of its own so that everything it reaches belongs to this caller, cleans its answer, and records what happened. Never
 * rejects.
 */
@Injectable()
export class ToolDispatcherService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly runner: CallRunnerService,
    private readonly registry: ToolRegistryService,
    private readonly events: SecurityEventsService,
    private readonly shutdown: ShutdownService,
  ) {}

  async dispatch(name: string, args: unknown, call: IncomingCall): Promise<ToolOutcome> {
    const tool = this.registry.find(name);
    if (tool === undefined) return this.refuseUnknown(name, call);
    const images: ToolImage[] = [];
    const charts: ChartData[] = [];
    const { endWaiting } = this.shutdown;
    const attach = (image: ToolImage) => images.push(image);
    const draw = (data: ChartData) => charts.push(this.runner.untrusted(data).output);
    const outcome = await this.runner.run(name, { ...call, endWaiting, attach, draw }, (running) =>
      this.execute(tool, args, running),
    );
    return outcome.ok ? { ok: true, output: outcome.value, images, chart: charts.at(-1) } : outcome;
  }

  /**
   * The validated arguments of a call that the caller may make.
   * @throws ServiceError
   */
  admit({ definition, schemas }: RegisteredTool, args: unknown, principal: Principal): Record<string, unknown> {
    // SECURITY: checked for every way in, whatever was challenged or left unlisted before.
    const refusal = scopeRefusal(definition.toolset, principal, this.config);
    if (refusal !== undefined) throw refusal;
    return parseToolArguments(definition, schemas.input, args);
  }

  private async execute(tool: RegisteredTool, args: unknown, call: ToolCall): Promise<Record<string, unknown>> {
    const input = this.admit(tool, args, call.principal);
    const instance = await this.runner.build(tool.toolClass, call);
    return this.runner.shown(await instance.execute(input, call));
  }

  private refuseUnknown(name: string, { requestId, principal }: IncomingCall): ToolOutcome {
    this.events.record({ name: 'tool.denied', requestId, principal, reason: 'unknown_tool' });
    failActiveSpan('unknown_tool');
    return { ok: false, error: new ServiceError('unknown_tool', `Unknown tool: ${printable(name)}`) };
  }
}
