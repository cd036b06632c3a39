import { Inject } from '@nestjs/common';
import {
  type GetPromptResult,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerCapabilities,
} from '@modelcontextprotocol/server';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import type { Principal } from '../principal.js';
import { type MethodFamily, ProvidesMethods, serves, type Serving } from './method-family.js';
import { type PromptDefinition, promptText } from './prompts/prompt.js';
import { promptsFor } from './prompts/prompt-catalog.js';
import { mayUse } from './tool-policy.js';
import { ToolRegistryService } from './tool-registry.service.js';

/** `prompts/list` and `prompts/get`: texts of ours, nothing is asked of AWS. */
@ProvidesMethods()
export class PromptMethodsService implements MethodFamily {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly registry: ToolRegistryService,
  ) {}

  /** Prompts are offered when the operator's toolsets have all tools of any. */
  capabilities(): ServerCapabilities {
    const names = new Set(this.registry.all().map(({ definition }) => definition.name));
    return promptsFor(names).length > 0 ? { prompts: { listChanged: false } } : {};
  }

  register(server: McpServer, serving: Serving): void {
    if (serves(serving, 'prompts/list')) {
      server.server.setRequestHandler('prompts/list', (_request, context) => ({
        prompts: this.visibleTo(serving.requestOf(context).principal).map(describe),
      }));
    }
    if (serves(serving, 'prompts/get')) {
      server.server.setRequestHandler('prompts/get', ({ params }, context) =>
        this.get(params, serving.requestOf(context).principal),
      );
    }
  }

  /** The prompts whose every tool the caller may use. */
  visibleTo(principal: Principal): readonly PromptDefinition[] {
    const usable = this.registry
      .all()
      .filter(({ definition }) => mayUse(definition.toolset, principal, this.config.scopes));
    return promptsFor(new Set(usable.map(({ definition }) => definition.name)));
  }

  private get(params: { name: string; arguments?: Record<string, string> }, principal: Principal): GetPromptResult {
    const prompt = this.visibleTo(principal).find(({ name }) => name === params.name);
    if (prompt === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown prompt');
    try {
      const text = promptText(prompt, params.arguments);
      return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
    } catch (error) {
      if (error instanceof ServiceError) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      throw error;
    }
  }
}

function describe({ name, title, description, arguments: all }: PromptDefinition) {
  const shown = all.map((argument) => ({
    name: argument.name,
    description: argument.description,
    required: argument.required,
  }));
  return { name, title, description, arguments: shown };
}
