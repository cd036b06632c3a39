import { Inject, Injectable } from '@nestjs/common';
import { type AuthInfo, McpServer, type ServerOptions } from '@modelcontextprotocol/server';
import { PRODUCT } from '../config/version.js';
import { CompletionMethodsService } from './completion-methods.service.js';
import { fromAuthInfo } from './mcp-request.js';
import { PromptMethodsService } from './prompt-methods.service.js';
import { ProviderRegistryService } from './provider-registry.service.js';
import { ResourceMethodsService } from './resource-methods.service.js';
import { serverInstructions } from './server-instructions.js';
import { ToolMethodsService } from './tool-methods.service.js';
import { ToolRegistryService } from './tool-registry.service.js';

const SERVER_INFO = { name: PRODUCT.name, version: PRODUCT.version, title: 'AWS CloudWatch' };

/** What changes only with a release or a sign-in, and what changes with the account. */
const STABLE = { ttlMs: 300_000, cacheScope: 'private' as const };
const CHANGING = { ttlMs: 30_000, cacheScope: 'private' as const };

/**
 * Builds a fresh protocol server for each request, on which only what the request names is registered: the SDK's own
 * servers must never be shared between callers, and registering everything would cost more than the call.
 */
@Injectable()
export class McpServerFactory {
  private options?: ServerOptions;

  constructor(
    @Inject(ToolRegistryService) private readonly registry: ToolRegistryService,
    @Inject(ProviderRegistryService) private readonly providers: ProviderRegistryService,
    @Inject(ToolMethodsService) private readonly tools: ToolMethodsService,
    @Inject(PromptMethodsService) private readonly prompts: PromptMethodsService,
    @Inject(ResourceMethodsService) private readonly resources: ResourceMethodsService,
    @Inject(CompletionMethodsService) private readonly completions: CompletionMethodsService,
  ) {}

  create(authInfo: AuthInfo | undefined): McpServer {
    const request = fromAuthInfo(authInfo);
    this.options ??= this.serverOptions();
    const server = new McpServer(SERVER_INFO, this.options);
    for (const family of [this.tools, this.prompts, this.resources, this.completions]) family.register(server, request);
    return server;
  }

  /** The same for every request: shared and frozen, since it is what a server costs most to be told. */
  private serverOptions(): ServerOptions {
    const names = new Set(this.registry.all().map(({ definition }) => definition.name));
    return Object.freeze({
      capabilities: Object.freeze({
        tools: Object.freeze({ listChanged: false }),
        ...(this.prompts.offered && { prompts: Object.freeze({ listChanged: false }) }),
        ...(this.providers.resources.length > 0 && { resources: Object.freeze({ listChanged: false }) }),
        ...(this.providers.completions.length > 0 && { completions: Object.freeze({}) }),
      }),
      instructions: serverInstructions(names),
      cacheHints: {
        'server/discover': STABLE,
        'tools/list': STABLE,
        'prompts/list': STABLE,
        'resources/templates/list': STABLE,
        'resources/list': CHANGING,
        'resources/read': CHANGING,
      },
    });
  }
}
