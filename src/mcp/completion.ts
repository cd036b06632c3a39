import { Injectable, Scope, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Toolset } from '../config/tools-config.js';
import type { CallContext } from '../principal.js';

/** What a name being typed can be completed to. */
export type CompletionKind = 'account' | 'region' | 'alarm' | 'log-group' | 'namespace' | 'metric';

/** A source of completions as data. */
export interface CompletionDefinition {
  readonly kind: CompletionKind;
  /** Operators switch it off and ask scopes for it together with these tools. */
  readonly toolset: Toolset;
}

/** What was typed so far. */
export interface CompletionRequest {
  /** The beginning of the value. */
  readonly value: string;
  readonly account?: string;
  readonly region?: string;
  /** Other values that were filled in before, by kind. */
  readonly given: Readonly<Partial<Record<CompletionKind, string>>>;
}

/** What a class must be to provide completions: the first values that fit, as the caller may see them. */
export interface CompletionSource {
  complete(request: CompletionRequest, call: CallContext): Promise<Completions>;
}

export interface Completions {
  readonly values: readonly string[];
  /** True when more values fit. */
  readonly more: boolean;
}

/** The most values of one completion (MCP completion/complete). */
export const MAX_COMPLETIONS = 100;

export const COMPLETION_DEFINITION = 'cloudwatch-mcp:completion-definition';

/** Makes a class a source of completions: one instance per call, found by the registry at boot. */
export function ProvidesCompletion(definition: CompletionDefinition) {
  return (target: new (...args: never[]) => CompletionSource): void => {
    applyDecorators(Injectable({ scope: Scope.REQUEST }), SetMetadata(COMPLETION_DEFINITION, definition))(target);
  };
}

/** The values that begin with what was typed, letter case aside, in alphabetical order, as many as an answer holds. */
export function completionsOf(values: Iterable<string>, typed: string, more = false): Completions {
  const start = typed.toLowerCase();
  const fitting = [...new Set(values)].filter((value) => value.toLowerCase().startsWith(start)).sort();
  return { values: fitting.slice(0, MAX_COMPLETIONS), more: more || fitting.length > MAX_COMPLETIONS };
}
