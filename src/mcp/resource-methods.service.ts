import { Inject } from '@nestjs/common';
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
  type ScopeChallengeHandler,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import type { CallContext, Principal } from '../principal.js';
import { CallRunnerService } from './call-runner.service.js';
import { PREFACE } from './marked-data.js';
import { fromAuthInfo } from './mcp-request.js';
import { type MethodFamily, ProvidesMethods, serves, type Serving } from './method-family.js';
import { ProviderRegistryService, type RegisteredResource } from './provider-registry.service.js';
import { type ListedResource, MAX_LISTED, type ResourceDefinition } from './resource.js';
import { parseResourceUri, resourceTemplate, resourceUri } from './resource-uri.js';
import { ScopeChallengeService } from './scope-challenge.service.js';
import { toolErrorText } from './tool-error.js';
import { ToolPagesService } from './tool-pages.service.js';
import { mayUse, scopeRefusal } from './tool-policy.js';
import { withinLimit } from './tool-result.js';
import { shownCounts } from './untrusted-output.js';

const LIST_DEADLINE_MS = 3_000;
const MIME_TYPE = 'application/json';

/** `resources/list`, `resources/templates/list` and `resources/read`, each with the caller's own rights. */
@ProvidesMethods()
export class ResourceMethodsService implements MethodFamily {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly providers: ProviderRegistryService,
    private readonly runner: CallRunnerService,
    private readonly challenges: ScopeChallengeService,
    private readonly pages: ToolPagesService,
  ) {}

  capabilities(): ServerCapabilities {
    const pages = this.pages.capabilities();
    return this.providers.resources.length > 0 ? { ...pages, resources: { listChanged: false } } : pages;
  }

  register(server: McpServer, serving: Serving): void {
    const callOf = (context: ServerContext): CallContext => ({
      ...serving.requestOf(context),
      signal: context.mcpReq.signal,
    });
    if (serves(serving, 'resources/list')) {
      server.server.setRequestHandler('resources/list', async (_request, context) => ({
        resources: await this.list(callOf(context)),
      }));
    }
    if (serves(serving, 'resources/templates/list')) {
      server.server.setRequestHandler('resources/templates/list', (_request, context) => {
        const { principal } = serving.requestOf(context);
        return { resourceTemplates: this.visibleTo(principal).map(({ definition }) => describe(definition)) };
      });
    }
    if (serves(serving, 'resources/read')) {
      this.registerChallenge(server, serving);
      server.server.setRequestHandler('resources/read', ({ params }, context) =>
        this.read(params.uri, callOf(context)),
      );
    }
  }

  private visibleTo(principal: Principal): readonly RegisteredResource[] {
    return this.providers.resources.filter(({ definition }) =>
      mayUse(definition.toolset, principal, this.config.scopes),
    );
  }

  /** What fails or takes long is left out: a list of suggestions must not keep a client from connecting. */
  private async list(call: CallContext): Promise<Resource[]> {
    const listing = this.visibleTo(call.principal).filter(({ provider }) => 'list' in provider.prototype);
    const lists = await Promise.all(listing.map((resource) => this.listOf(resource, call)));
    return lists.flat();
  }

  private async listOf({ definition: { kind }, provider }: RegisteredResource, call: CallContext): Promise<Resource[]> {
    const outcome = await this.runner.run(`resources/list ${kind}`, call, (running) =>
      this.runner.within(LIST_DEADLINE_MS, running, async (bounded) =>
        (await this.runner.build(provider, bounded)).list?.(bounded),
      ),
    );
    const found = outcome.ok ? (outcome.value ?? []) : [];
    return found.slice(0, MAX_LISTED).map((resource) => this.listed(kind, resource));
  }

  private listed(kind: string, { place, values, title, description }: ListedResource): Resource {
    const { output } = this.runner.untrusted({ name: values.join('/'), title, description });
    return { uri: resourceUri({ ...place, kind, values }), ...output, mimeType: MIME_TYPE };
  }

  /** The SDK asks for scopes for what is registered by its address. */
  private registerChallenge(server: McpServer, { wanted }: Serving): void {
    const uri = wanted?.uri ?? '';
    const found = this.find(uri);
    if (found === undefined || !URL.canParse(uri)) return;
    const { kind, toolset } = found.resource.definition;
    const scopeChallenge: ScopeChallengeHandler = ({ authInfo }) =>
      this.challenges.challenge(toolset, `resources/read ${kind}`, fromAuthInfo(authInfo));
    const unused = (): Promise<never> => Promise.reject(new Error('The request handler reads resources'));
    server.registerResource(kind, new URL(uri).toString(), { scopeChallenge }, unused);
  }

  private find(uri: string) {
    const address = parseResourceUri(uri);
    const resource = this.providers.resources.find(({ definition }) => definition.kind === address?.kind);
    if (address === undefined || resource === undefined) return undefined;
    return address.values.length === resource.definition.variables.length ? { address, resource } : undefined;
  }

  private async read(uri: string, call: CallContext): Promise<ReadResourceResult> {
    const page = this.pages.read(uri);
    if (page !== undefined) return page;
    const found = this.find(uri);
    if (found === undefined) throw new ResourceNotFoundError(uri);
    const { address, resource } = found;
    const { kind, toolset } = resource.definition;
    const outcome = await this.runner.run(`resources/read ${kind}`, call, async (running) => {
      // SECURITY: checked here too, whatever was challenged before.
      const refusal = scopeRefusal(toolset, call.principal, this.config);
      if (refusal !== undefined) throw refusal;
      const source = await this.runner.build(resource.provider, running);
      const value = await source.read({ account: address.account, region: address.region }, address.values, running);
      return value && this.textOf(value);
    });
    if (!outcome.ok) throw toProtocolError(outcome.error, call.requestId);
    if (outcome.value === undefined) throw new ResourceNotFoundError(uri);
    return { contents: [{ uri, mimeType: MIME_TYPE, text: outcome.value }] };
  }

  private textOf(value: object): string {
    const { output, ...counts } = this.runner.untrusted(value);
    return withinLimit(JSON.stringify({ notice: PREFACE, ...output, ...shownCounts(counts) }));
  }
}

function describe(definition: ResourceDefinition) {
  const { kind, title, description } = definition;
  return { name: kind, title, description, uriTemplate: resourceTemplate(definition), mimeType: MIME_TYPE };
}

const CALLERS_FAULT: ReadonlySet<string> = new Set(['invalid_input', 'target_not_allowed', 'aws_not_found']);

function toProtocolError(error: ServiceError, requestId: string): ProtocolError {
  const code = CALLERS_FAULT.has(error.code) ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, toolErrorText(error, requestId));
}
