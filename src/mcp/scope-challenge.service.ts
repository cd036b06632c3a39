import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Toolset } from '../config/tools-config.js';
import { HttpRefusal } from '../errors.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import type { McpRequest } from './mcp-request.js';
import { scopeRefusal, scopesFor } from './tool-policy.js';

/** What the SDK answers as HTTP 403 (RFC 6750 section 3.1). */
export interface ScopeChallenge {
  readonly scopes: readonly [string, ...string[]];
  readonly errorDescription: string;
}

/** Asks for more scopes while the answer can still be HTTP 403, which makes a client ask its user. */
@Injectable()
export class ScopeChallengeService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly events: SecurityEventsService,
  ) {}

  /**
   * The challenge for a call to something of a toolset, or undefined when the caller has the scopes, or none to ask for.
   * @param name what was called, for the record
   */
  challenge(toolset: Toolset, name: string, { principal, requestId }: McpRequest): ScopeChallenge | undefined {
    const refusal = scopeRefusal(toolset, principal, this.config);
    if (!(refusal instanceof HttpRefusal)) return undefined;
    this.events.record({ name: 'tool.denied', requestId, principal, tool: name, reason: 'scope' });
    const scopes = scopesFor(toolset, principal, this.config.scopes) as readonly [string, ...string[]];
    return { scopes, errorDescription: refusal.message };
  }
}
