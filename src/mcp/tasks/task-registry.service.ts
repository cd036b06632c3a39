import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { TASK_DEFINITION, type TaskDefinition, type TaskSource } from './task.js';

/** How a tool runs as a task, as the server knows it. */
export interface RegisteredTask {
  readonly definition: TaskDefinition;
  readonly source: Type<TaskSource>;
}

/** How tools run as tasks, found at boot, of the tools that the operator offers; two ways for one tool stop the start. */
@Injectable()
export class TaskRegistryService implements OnModuleInit {
  private readonly tasks = new Map<string, RegisteredTask>();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    for (const { metatype } of this.discovery.getProviders()) {
      if (typeof metatype !== 'function') continue;
      const definition = this.reflector.get<TaskDefinition | undefined>(TASK_DEFINITION, metatype);
      if (definition === undefined || !this.config.tools.toolsets.includes(definition.tool.toolset)) continue;
      const { name } = definition.tool;
      if (this.tasks.has(name)) throw new Error(`Two ways to run ${name} as a task`);
      this.tasks.set(name, { definition, source: metatype as Type<TaskSource> });
    }
  }

  find(tool: string): RegisteredTask | undefined {
    return this.tasks.get(tool);
  }

  get size(): number {
    return this.tasks.size;
  }
}
