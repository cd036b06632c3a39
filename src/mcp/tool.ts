import { Injectable, Scope, SetMetadata, applyDecorators } from '@nestjs/common';
import type { z } from 'zod';
import type { ChartData } from '../chart-page/chart-data.js';
import type { Toolset } from '../config/tools-config.js';
import type { CallContext } from '../principal.js';

/** The MCP tool annotations, all four required: an undefined hint is a silent gap. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** Annotations of a tool that only reads from AWS. */
export const READ_ONLY: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: true,
};

/** A tool as data: all that lists, documents, authorises and validates it. */
export interface ToolDefinition<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** The model's only documentation and a cost on every request: terse. */
  readonly description: string;
  readonly input: I;
  readonly output: O;
  /** What an operator switches on (TOOLSETS); scopes are asked by its family. */
  readonly toolset: Toolset;
  /** The IAM actions the caller's role needs; the shipped policy is generated from them. */
  readonly iamActions: readonly string[];
  readonly annotations: ToolAnnotations;
  /** True when an answer may take longer than a load balancer waits for headers: it streams (SSE) from the start. */
  readonly slow: boolean;
  /** The page that draws its answers in clients that can show one; text and images are complete without it. */
  readonly page?: 'chart';
}

/** One call of a tool, as the tool sees it. */
export interface ToolCall extends CallContext {
  /** Aborted when the server ends: answer with what there is, and with how to fetch the rest from another replica. */
  readonly endWaiting: AbortSignal;
  /** Reports progress to the caller if the caller asked for it; never rejects. */
  progress(progress: number, total?: number, message?: string): void;
  /** Adds an image to the answer, beside its text and structured content. */
  attach(image: ToolImage): void;
  /** Gives the tool's page what the answer does not say; nothing that a model would need. */
  draw(data: ChartData): void;
}

/** An image of an answer (MCP ImageContent). */
export interface ToolImage {
  readonly mimeType: 'image/png';
  readonly bytes: Uint8Array;
}

/** What a tool class must be to provide a definition: `execute` typed by the definition's schemas. */
export interface Tool<D extends ToolDefinition = ToolDefinition> {
  execute(input: z.output<D['input']>, call: ToolCall): Promise<z.input<D['output']>>;
}

export const TOOL_DEFINITION = 'cloudwatch-mcp:tool-definition';

/** Keeps a definition's exact schema types. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  definition: ToolDefinition<I, O>,
): ToolDefinition<I, O> {
  return definition;
}

/**
 * Makes a class the provider of a tool: one instance per call, found by the registry at boot. A class whose
 * `execute` disagrees with the definition's schemas does not compile.
 */
export function ProvidesTool<D extends ToolDefinition>(definition: D) {
  return (target: new (...args: never[]) => Tool<D>): void => {
    applyDecorators(Injectable({ scope: Scope.REQUEST }), SetMetadata(TOOL_DEFINITION, definition))(target);
  };
}
