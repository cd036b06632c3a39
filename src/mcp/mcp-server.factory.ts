import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { type AuthInfo, McpServer, mergeCapabilities, type ServerOptions } from '@modelcontextprotocol/server';
import { PRODUCT } from '../config/version.js';
import { fromAuthInfo } from './mcp-request.js';
import { METHOD_FAMILY, type MethodFamily, type Serving } from './method-family.js';
import { serverInstructions } from './server-instructions.js';
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
export class McpServerFactory implements OnApplicationBootstrap {
  private families: readonly MethodFamily[] = [];
  private options: ServerOptions = {};

  constructor(
    @Inject(ToolRegistryService) private readonly registry: ToolRegistryService,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  onApplicationBootstrap(): void {
    this.families = this.discovery.getProviders().flatMap(({ metatype, instance }: Provided) => {
      const provides = typeof metatype === 'function' && this.reflector.get<true | undefined>(METHOD_FAMILY, metatype);
      return provides === true ? [instance as MethodFamily] : [];
    });
    this.options = this.serverOptions();
  }

  /** A server for the one message that `authInfo` tells of. */
  create(authInfo: AuthInfo | undefined): McpServer {
    const request = fromAuthInfo(authInfo);
    return this.createFor({ wanted: request, requestOf: () => request });
  }

  createFor(serving: Serving): McpServer {
    const server = new McpServer(SERVER_INFO, this.options);
    for (const family of this.families) family.register(server, serving);
    return server;
  }

  /** The same for every request: shared and frozen, since it is what a server costs most to be told. */
  private serverOptions(): ServerOptions {
    const names = new Set(this.registry.all().map(({ definition }) => definition.name));
    const capabilities = this.families.map((family) => family.capabilities());
    return Object.freeze({
      capabilities: Object.freeze(capabilities.reduce(mergeCapabilities, {})),
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

/** What Nest knows of a provider. */
interface Provided {
  readonly metatype: unknown;
  readonly instance: unknown;
}
