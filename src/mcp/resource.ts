import { Injectable, Scope, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Toolset } from '../config/tools-config.js';
import type { CallContext } from '../principal.js';
import type { CompletionKind } from './completion.js';

/** A kind of resource as data: its address is `cloudwatch://{account}/{region}/<kind>/{variable}...`. */
export interface ResourceDefinition {
  /** The path behind account and region, e.g. `alarms`; unique. */
  readonly kind: string;
  /** What follows it, one path segment each, and what fills it in. */
  readonly variables: readonly { readonly name: string; readonly completes?: CompletionKind }[];
  readonly title: string;
  readonly description: string;
  /** Operators switch it off and ask scopes for it together with these tools; so are its IAM actions among theirs. */
  readonly toolset: Toolset;
}

/** Where a resource lies. */
export interface ResourcePlace {
  readonly account: string;
  readonly region: string;
}

/** A resource in a list. */
export interface ListedResource {
  readonly place: ResourcePlace;
  /** Of the definition's variables, in their order. */
  readonly values: readonly string[];
  readonly title: string;
  readonly description?: string;
}

/** What a class must be to provide resources. */
export interface ResourceSource {
  /** The resource as JSON, undefined when there is none. It is cleaned and masked where it is answered. */
  read(place: ResourcePlace, values: readonly string[], call: CallContext): Promise<object | undefined>;
  /** Those worth offering unasked in the caller's own account, a few dozen at most. */
  list?(call: CallContext): Promise<readonly ListedResource[]>;
}

/** The most resources one source offers unasked. */
export const MAX_LISTED = 50;

export const RESOURCE_DEFINITION = 'cloudwatch-mcp:resource-definition';

/** Makes a class a source of resources: one instance per call, found by the registry at boot. */
export function ProvidesResource(definition: ResourceDefinition) {
  return (target: new (...args: never[]) => ResourceSource): void => {
    applyDecorators(Injectable({ scope: Scope.REQUEST }), SetMetadata(RESOURCE_DEFINITION, definition))(target);
  };
}
