import { insufficientScope } from '../auth/auth-refusal.js';
import { metadataUrl } from '../auth/protected-resource-metadata.js';
import type { AppConfig } from '../config/app-config.js';
import { familyOf, type Toolset } from '../config/tools-config.js';
import { HttpRefusal, ServiceError } from '../errors.js';
import { carriesScopes, lackingScopes, type Principal } from '../principal.js';

/**
 * All scopes a caller needs for the tools of a family: what the endpoint asks of every token and what the family asks
 * beyond it. There is no hierarchy: a scope stands for itself only. API keys are not asked for the endpoint's.
 */
export function scopesFor(
  toolset: Toolset,
  principal: Pick<Principal, 'method'>,
  { endpoint, tools }: AppConfig['scopes'],
): readonly string[] {
  const tool = tools[familyOf(toolset)];
  return [...new Set([...(carriesScopes(principal) ? endpoint : []), ...(tool === undefined ? [] : [tool])])];
}

/** Whether a caller may see and call the tools of a family. */
export function mayUse(toolset: Toolset, principal: Principal, scopes: AppConfig['scopes']): boolean {
  return lackingScopes(principal, scopesFor(toolset, principal, scopes)).length === 0;
}

/**
 * Why a caller may not call the tools of a family, or undefined. To the holder of a token it is a challenge that names
 * all scopes the call needs; to one with an API key, who has no sign-in to repeat, an error.
 */
export function scopeRefusal(
  toolset: Toolset,
  principal: Principal,
  config: Pick<AppConfig, 'scopes' | 'http'>,
): ServiceError | undefined {
  if (mayUse(toolset, principal, config.scopes)) return undefined;
  if (carriesScopes(principal)) {
    return insufficientScope(metadataUrl(config), scopesFor(toolset, principal, config.scopes));
  }
  return new ServiceError(
    'insufficient_scope',
    `The ${familyOf(toolset)} tools need the scope ${config.scopes.tools[familyOf(toolset)]}, which an API key does not carry. Sign in with an access token that has it.`,
  );
}

/** The headers that tell a client how to do better; none for failures that are not refusals of the border's kind. */
export function refusalHeaders(error: ServiceError): Readonly<Record<string, string>> {
  return error instanceof HttpRefusal ? error.headers : {};
}
