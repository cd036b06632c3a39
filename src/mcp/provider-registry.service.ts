import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Toolset } from '../config/tools-config.js';
import { COMPLETION_DEFINITION, type CompletionDefinition, type CompletionSource } from './completion.js';
import { RESOURCE_DEFINITION, type ResourceDefinition, type ResourceSource } from './resource.js';

/** A class that provides something, with the definition it was declared by. */
export interface Registered<D, P> {
  readonly definition: D;
  readonly provider: Type<P>;
}

export type RegisteredResource = Registered<ResourceDefinition, ResourceSource>;
export type RegisteredCompletion = Registered<CompletionDefinition, CompletionSource>;

/** Every source of resources and completions that the operator offers (TOOLSETS), found at boot, in one fixed order. */
@Injectable()
export class ProviderRegistryService implements OnModuleInit {
  resources: readonly RegisteredResource[] = [];
  completions: readonly RegisteredCompletion[] = [];

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    this.resources = this.declaredBy(RESOURCE_DEFINITION);
    this.completions = this.declaredBy(COMPLETION_DEFINITION);
  }

  /** @throws Error when two have one kind */
  private declaredBy<D extends { readonly kind: string; readonly toolset: Toolset }, P>(
    key: string,
  ): Registered<D, P>[] {
    const found = this.discovery.getProviders().flatMap(({ metatype }): Registered<D, P>[] => {
      if (typeof metatype !== 'function') return [];
      const definition = this.reflector.get<D | undefined>(key, metatype);
      if (definition === undefined || !this.config.tools.toolsets.includes(definition.toolset)) return [];
      return [{ definition, provider: metatype as Type<P> }];
    });
    const kinds = found.map(({ definition }) => definition.kind);
    const twice = kinds.find((kind, index) => kinds.indexOf(kind) !== index);
    if (twice !== undefined) throw new Error(`Two providers are of the kind ${twice}`);
    return found.sort((a, b) => (a.definition.kind < b.definition.kind ? -1 : 1));
  }
}
