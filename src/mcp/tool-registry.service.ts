import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { TOOL_DEFINITION, type Tool, type ToolDefinition } from './tool.js';
import { type ToolSchemas, toolSchemas } from './tool-schema.js';

/** A tool as the server knows it. */
export interface RegisteredTool {
  readonly definition: ToolDefinition;
  readonly schemas: ToolSchemas;
  readonly toolClass: Type<Tool>;
}

/** Every tool that the operator offers (TOOLSETS), found at boot by its definition; two of one name stop the start. */
@Injectable()
export class ToolRegistryService implements OnModuleInit {
  private readonly tools = new Map<string, RegisteredTool>();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const found: RegisteredTool[] = [];
    for (const { metatype } of this.discovery.getProviders()) {
      if (typeof metatype !== 'function') continue;
      const definition = this.reflector.get<ToolDefinition | undefined>(TOOL_DEFINITION, metatype);
      if (definition === undefined || !this.config.tools.toolsets.includes(definition.toolset)) continue;
      found.push({ definition, schemas: toolSchemas(definition), toolClass: metatype as Type<Tool> });
    }
    found.sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
    for (const tool of found) {
      const { name } = tool.definition;
      if (this.tools.has(name)) throw new Error(`Two tools are named ${name}`);
      this.tools.set(name, tool);
    }
  }

  find(name: string): RegisteredTool | undefined {
    return this.tools.get(name);
  }

  /** All tools in one fixed order. */
  all(): readonly RegisteredTool[] {
    return [...this.tools.values()];
  }
}
