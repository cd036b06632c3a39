import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import type { CallContext } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { exchangeSpan } from '../security-monitoring/tracing/span-facts.js';
import { inClientSpan } from '../security-monitoring/tracing/span.factory.js';
import { awsErrorName, mayPass } from './aws-error-names.js';
import { CredentialsCacheService, type ExchangeOccasion, type ExchangeRun } from './credentials-cache.service.js';
import { type CredentialsPlan, planKey } from './credentials-plan.js';
import { AssumeRoleExchange } from './exchange/assume-role.exchange.js';
import { carriedKeysExpired, ClaimCredentialsExchange } from './exchange/claim-credentials.exchange.js';
import { CognitoIdentityExchange } from './exchange/cognito-identity.exchange.js';
import type { ExchangedCredentials } from './exchange/credentials-exchange.js';
import { LocalProfileExchange } from './exchange/local-profile.exchange.js';
import { ServerIdentityExchange } from './exchange/server-identity.exchange.js';
import { WebIdentityExchange } from './exchange/web-identity.exchange.js';
import type { UserCredentials } from './user-credentials.js';

/** The caller an exchange is made for and recorded under. */
export type ExchangeCaller = Pick<CallContext, 'principal' | 'requestId'>;

/** Tries of an exchange that a caller waits for; an early renewal has one, since others follow. */
const TRIES: Readonly<Record<ExchangeOccasion, number>> = { needed: 3, early: 1 };
const FIRST_PAUSE_MS = 300;
/** No try begins later than this; each ends within the client's time limit, 4 s. */
const LAST_TRY_AFTER_MS = 5_000;

/** A plan's credentials, from the cache or by one recorded exchange. */
@Injectable()
export class CredentialsExchangeService {
  constructor(
    private readonly cache: CredentialsCacheService,
    private readonly events: SecurityEventsService,
    private readonly assumeRole: AssumeRoleExchange,
    private readonly webIdentity: WebIdentityExchange,
    private readonly cognitoIdentity: CognitoIdentityExchange,
    private readonly claimCredentials: ClaimCredentialsExchange,
    private readonly localProfile: LocalProfileExchange,
    private readonly serverIdentity: ServerIdentityExchange,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @throws ServiceError `credentials_refused` or `credentials_unavailable` */
  obtain(plan: CredentialsPlan, caller: ExchangeCaller): Promise<UserCredentials> {
    let outcome: 'hit' | 'miss' = 'hit';
    const exchange: ExchangeRun = (occasion) => {
      if (occasion === 'needed') outcome = 'miss';
      return inClientSpan(exchangeSpan(plan.kind), () => this.recorded(plan, caller, occasion));
    };
    const found = this.cache.resolve(this.key(plan, caller), exchange, caller.principal.expiresAt);
    this.events.record({ name: 'credentials.sought', outcome });
    return found;
  }

  /**
   * New credentials instead of ones AWS says have expired.
   * @throws ServiceError as `obtain`; always for keys of the token, which has no others
   */
  async renew(plan: CredentialsPlan, caller: ExchangeCaller, stale: UserCredentials): Promise<UserCredentials> {
    if (plan.kind === 'claim-credentials') throw carriedKeysExpired();
    this.cache.forget(this.key(plan, caller), stale);
    return this.obtain(plan, caller);
  }

  private key(plan: CredentialsPlan, { principal }: ExchangeCaller): string {
    return planKey(plan, principal, this.config.aws.region);
  }

  private async recorded(
    plan: CredentialsPlan,
    caller: ExchangeCaller,
    occasion: ExchangeOccasion,
  ): Promise<UserCredentials> {
    const { principal, requestId } = caller;
    const started = performance.now();
    const durationMs = (): number => performance.now() - started;
    const facts = { requestId, principal, kind: plan.kind, roleArn: 'roleArn' in plan ? plan.roleArn : undefined };
    try {
      const { credentials, awsRequestId } = await withTries(TRIES[occasion], () => this.exchange(plan, caller));
      const { sessionName, expiration: expiresAt } = credentials;
      this.events.record({
        name: 'credentials.exchanged',
        ...facts,
        sessionName,
        expiresAt,
        awsRequestId,
        durationMs: durationMs(),
      });
      return credentials;
    } catch (error) {
      if (error instanceof ServiceError) {
        const awsErrorNameOfCause = error.cause === undefined ? undefined : awsErrorName(error.cause);
        this.events.record({
          name: 'credentials.refused',
          ...facts,
          code: error.code,
          awsErrorName: awsErrorNameOfCause,
          durationMs: durationMs(),
          detail: error.detail,
        });
      }
      throw error;
    }
  }

  private exchange(plan: CredentialsPlan, { principal }: ExchangeCaller): Promise<ExchangedCredentials> {
    switch (plan.kind) {
      case 'assume-role':
        return this.assumeRole.exchange(plan, principal);
      case 'web-identity':
        return this.webIdentity.exchange(plan, principal);
      case 'cognito-identity':
        return this.cognitoIdentity.exchange(plan, principal);
      case 'claim-credentials':
        return this.claimCredentials.exchange(plan, principal);
      case 'local-profile':
        return this.localProfile.exchange(plan);
      case 'server-identity':
        return this.serverIdentity.exchange(plan, principal);
    }
  }
}

/** Tries again, after a pause of random length, what may succeed in a moment. */
async function withTries<T>(tries: number, exchange: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (let tried = 1; ; tried += 1) {
    try {
      return await exchange();
    } catch (error) {
      if (tried >= tries || !isPassing(error) || performance.now() - started > LAST_TRY_AFTER_MS) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + Math.random() / 2));
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'credentials_unavailable' && mayPass(error.cause);
}
