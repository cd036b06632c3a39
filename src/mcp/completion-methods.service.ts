import { Inject } from '@nestjs/common';
import {
  type CompleteResult,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerCapabilities,
} from '@modelcontextprotocol/server';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { CallContext, Principal } from '../principal.js';
import { CallRunnerService } from './call-runner.service.js';
import { type CompletionKind, type CompletionRequest, MAX_COMPLETIONS } from './completion.js';
import { type MethodFamily, ProvidesMethods, serves, type Serving } from './method-family.js';
import { PromptMethodsService } from './prompt-methods.service.js';
import { ProviderRegistryService } from './provider-registry.service.js';
import { resourceTemplate } from './resource-uri.js';
import { mayUse } from './tool-policy.js';

const DEADLINE_MS = 2_000;
const MAX_TYPED = 512;

/** Something that is filled in: the arguments of a prompt or the variables of a resource template. */
type Fields = ReadonlyMap<string, CompletionKind | undefined>;

interface CompleteParams {
  readonly ref: { readonly type: string; readonly name?: string; readonly uri?: string };
  readonly argument: { readonly name: string; readonly value: string };
  readonly context?: { readonly arguments?: Readonly<Record<string, string>> };
}

/**
 * `completion/complete`, with the caller's own rights and within two seconds. What cannot be completed, for whatever
 * reason, has no completions: nobody typing can do anything about an error.
 */
@ProvidesMethods()
export class CompletionMethodsService implements MethodFamily {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly providers: ProviderRegistryService,
    private readonly prompts: PromptMethodsService,
    private readonly runner: CallRunnerService,
  ) {}

  capabilities(): ServerCapabilities {
    return this.providers.completions.length > 0 ? { completions: {} } : {};
  }

  register(server: McpServer, serving: Serving): void {
    if (!serves(serving, 'completion/complete')) return;
    server.server.setRequestHandler('completion/complete', ({ params }, context) =>
      this.complete(params, { ...serving.requestOf(context), signal: context.mcpReq.signal }),
    );
  }

  private async complete({ ref, argument, context }: CompleteParams, call: CallContext): Promise<CompleteResult> {
    const fields = ref.type === 'ref/prompt' ? this.promptFields(ref, call.principal) : this.templateFields(ref);
    if (fields === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown prompt or template');
    const kind = fields.get(argument.name);
    if (kind === undefined || argument.value.length > MAX_TYPED) return shown([], false);
    return this.valuesOf(kind, { value: argument.value, ...givenBefore(fields, context?.arguments ?? {}) }, call);
  }

  private async valuesOf(kind: CompletionKind, request: CompletionRequest, call: CallContext): Promise<CompleteResult> {
    const source = this.providers.completions.find(({ definition }) => definition.kind === kind);
    if (source === undefined || !mayUse(source.definition.toolset, call.principal, this.config.scopes)) {
      return shown([], false);
    }
    const outcome = await this.runner.run(`completion/complete ${kind}`, call, (running) =>
      this.runner.within(DEADLINE_MS, running, async (bounded) =>
        (await this.runner.build(source.provider, bounded)).complete(request, bounded),
      ),
    );
    if (!outcome.ok) return shown([], false);
    // A name that had to be cleaned or masked is none that a later call could use.
    const values = outcome.value.values.filter((value) => this.runner.untrusted(value).output === value);
    return shown(values, outcome.value.more);
  }

  private promptFields({ name }: CompleteParams['ref'], principal: Principal): Fields | undefined {
    const prompt = this.prompts.visibleTo(principal).find((one) => one.name === name);
    return prompt && new Map(prompt.arguments.map((argument) => [argument.name, argument.completes]));
  }

  private templateFields({ uri }: CompleteParams['ref']): Fields | undefined {
    const found = this.providers.resources.find(({ definition }) => resourceTemplate(definition) === uri);
    if (found === undefined) return undefined;
    const own = found.definition.variables.map(({ name, completes }) => [name, completes] as const);
    return new Map([['account', 'account'] as const, ['region', 'region'] as const, ...own]);
  }
}

function givenBefore(fields: Fields, values: Readonly<Record<string, string>>): Omit<CompletionRequest, 'value'> {
  const given: Partial<Record<CompletionKind, string>> = {};
  for (const [name, kind] of fields) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (kind !== undefined && value !== undefined && value !== '') given[kind] = value;
  }
  return { account: given.account, region: given.region, given };
}

function shown(all: readonly string[], more: boolean): CompleteResult {
  const values = all.slice(0, MAX_COMPLETIONS);
  const hasMore = more || values.length < all.length;
  return { completion: { values, hasMore, ...(!hasMore && { total: values.length }) } };
}
