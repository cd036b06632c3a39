import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import passport from 'passport';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { HttpRefusal } from '../errors.js';
import {
  type AuthenticatedRequest,
  carriesScopes,
  lackingScopes,
  LOCAL_PRINCIPAL,
  type Principal,
} from '../principal.js';
import { fingerprint } from '../security-monitoring/audit/fingerprint.js';
import { requestFacts } from '../security-monitoring/http/request-facts.js';
import { FailureBudgetService } from '../security-monitoring/rate-limit/failure-budget.service.js';
import { rateLimitHeaders } from '../security-monitoring/rate-limit/verdict.js';
import type { AttemptMethod, AuthFailureReason, RequestFacts } from '../security-monitoring/security-event.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { AuthenticationFailed, type Refused } from './auth-failure.js';
import { ApiKeyStoreService } from './api-key-store.service.js';
import { authRefusal } from './auth-refusal.js';
import { type IntrospectionSlot, IntrospectionSlotsService } from './introspection-slots.service.js';
import { mayBeOpaqueToken, presentedCredential, type UsableCredential } from './presented-credential.js';
import { metadataUrl } from './protected-resource-metadata.js';
import { ApiKeyStrategy } from './strategies/api-key.strategy.js';
import type { AuthenticationAttempt } from './strategies/authentication-attempt.js';
import { IntrospectionStrategy } from './strategies/introspection.strategy.js';
import { JwtStrategy } from './strategies/jwt.strategy.js';

const UNUSABLE = {
  none: { reason: 'missing', detail: 'no bearer credential' },
  malformed: { reason: 'malformed', detail: 'not one bearer token of permitted length and characters' },
  ambiguous: { reason: 'multiple_credentials', detail: 'more than one Authorization line' },
} as const satisfies Record<string, Refused>;

type StrategyName = 'jwt' | 'api-key' | 'introspection';

/** Failures that say nothing against the caller's address. */
const UNCOUNTED: ReadonlySet<AuthFailureReason> = new Set([
  'missing',
  'expired',
  'scope_insufficient',
  'idp_unavailable',
  'introspection_unavailable',
]);
const IDP_RETRY_SECONDS = 5;

/**
 * Lets a request pass with exactly one valid credential and puts its principal on the request; anything else ends in an
 * HttpRefusal and exactly one security event. The kind of credential is decided once, by shape, and only the one
 * strategy for it judges: a bad token next to a good key is never let through.
 */
@Injectable()
export class McpAuthGuard implements CanActivate {
  /** Not passport's global registry: it is shared by all applications of a process, and the last one would win. */
  readonly #passport = new passport.Passport();

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly budget: FailureBudgetService,
    private readonly events: SecurityEventsService,
    jwt: JwtStrategy,
    apiKey: ApiKeyStrategy,
    introspection: IntrospectionStrategy,
    private readonly keys: ApiKeyStoreService,
    private readonly slots: IntrospectionSlotsService,
  ) {
    this.#passport.use('jwt', jwt).use('api-key', apiKey).use('introspection', introspection);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request & AuthenticatedRequest>();
    const principal = this.config.auth.enabled
      ? await this.#authenticate(request, http.getResponse<Response>())
      : LOCAL_PRINCIPAL;
    request.principal = principal;
    request.user = principal;
    return true;
  }

  async #authenticate(request: Request, response: Response): Promise<Principal> {
    const facts = requestFacts(request);
    const presented = presentedCredential(request.rawHeaders);
    if (!('text' in presented)) throw await this.#refuse(UNUSABLE[presented.kind], facts, 'unknown');
    const method = this.#methodFor(presented);
    const slot = this.slots.slotFor(facts.clientIp);
    try {
      const principal = await this.#verify(this.#attempt(presented, facts, slot), method, response);
      this.#requireScopes(principal);
      const { aud } = principal.claims;
      const audienceCount = Array.isArray(aud) ? aud.length : undefined;
      this.events.record({ name: 'auth.success', request: facts, principal, audienceCount });
      return principal;
    } catch (error) {
      if (!(error instanceof AuthenticationFailed)) throw error;
      throw await this.#refuse(error, facts, method, presented.text);
    } finally {
      slot.release();
    }
  }

  /**
   * The one strategy that judges what was presented. SECURITY: an opaque text is compared with the API keys before
   * anybody else is asked about it, so that no key is ever sent to an authorization server.
   */
  #methodFor(credential: UsableCredential): StrategyName {
    if (credential.kind !== 'opaque') return credential.kind;
    const asksServer = this.config.auth.introspection !== undefined && mayBeOpaqueToken(credential);
    return asksServer && this.keys.find(credential.text) === undefined ? 'introspection' : 'api-key';
  }

  #attempt(credential: UsableCredential, { clientIp }: RequestFacts, slot: IntrospectionSlot): AuthenticationAttempt {
    return {
      credential,
      mayFetchKeys: async () => !(await this.budget.isExhausted(clientIp)),
      mayIntrospect: slot.take,
    };
  }

  async #verify(attempt: AuthenticationAttempt, method: StrategyName, response: Response): Promise<Principal> {
    return new Promise((resolve, reject) => {
      const settle = (error: unknown, principal: Principal | false | null, failure: unknown): void => {
        if (error) reject(error);
        else if (principal) resolve(principal);
        else reject(asFailure(failure));
      };
      this.#passport.authenticate(method, { session: false }, settle)(attempt, response, reject);
    });
  }

  #requireScopes(principal: Principal): void {
    if (!carriesScopes(principal)) return;
    const lacking = lackingScopes(principal, this.config.scopes.endpoint);
    if (lacking.length === 0) return;
    throw new AuthenticationFailed({ reason: 'scope_insufficient', detail: `the token lacks ${lacking.join(' ')}` });
  }

  async #refuse(failed: Refused, facts: RequestFacts, method: AttemptMethod, text?: string): Promise<HttpRefusal> {
    const { clientIp } = facts;
    const verdict = UNCOUNTED.has(failed.reason) ? undefined : await this.budget.countFailure(clientIp);
    const limited = verdict?.allowed === false;
    const reason = limited ? 'rate_limited' : failed.reason;
    this.events.record({
      name: 'auth.failure',
      request: facts,
      reason,
      method,
      fingerprint: text === undefined ? undefined : fingerprint(text),
      detail: limited ? `${failed.reason}: ${failed.detail}` : failed.detail,
    });
    const retryAfter = limited ? verdict.resetSeconds : IDP_RETRY_SECONDS;
    const limitHeaders = limited ? rateLimitHeaders(verdict) : {};
    return authRefusal(reason, metadataUrl(this.config), retryAfter, this.config.scopes.endpoint, limitHeaders);
  }
}

/** A library that fails after the shape, the key and the algorithm were accepted has found the signature wanting. */
function asFailure(failure: unknown): AuthenticationFailed {
  if (failure instanceof AuthenticationFailed) return failure;
  return new AuthenticationFailed({ reason: 'bad_signature', detail: 'the signature does not verify' });
}
