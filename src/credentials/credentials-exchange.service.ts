import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import type { CallContext } from '../principal.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { awsErrorName } from './aws-error-names.js';
import { CredentialsCacheService } from './credentials-cache.service.js';
import { type CredentialsPlan, planKey } from './credentials-plan.js';
import { AssumeRoleExchange } from './exchange/assume-role.exchange.js';
import type { ExchangedCredentials } from './exchange/credentials-exchange.js';
import { LocalProfileExchange } from './exchange/local-profile.exchange.js';
import { ServerIdentityExchange } from './exchange/server-identity.exchange.js';
import { WebIdentityExchange } from './exchange/web-identity.exchange.js';
import type { UserCredentials } from './user-credentials.js';

/** The caller an exchange is made for and recorded under. */
export type ExchangeCaller = Pick<CallContext, 'principal' | 'requestId'>;

/** A plan's credentials, from the cache or by one recorded exchange. */
@Injectable()
export class CredentialsExchangeService {
  constructor(
    private readonly cache: CredentialsCacheService,
    private readonly events: SecurityEventsService,
    private readonly assumeRole: AssumeRoleExchange,
    private readonly webIdentity: WebIdentityExchange,
    private readonly localProfile: LocalProfileExchange,
    private readonly serverIdentity: ServerIdentityExchange,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @throws ServiceError `credentials_refused` or `credentials_unavailable` */
  obtain(plan: CredentialsPlan, caller: ExchangeCaller): Promise<UserCredentials> {
    return this.cache.resolve(this.key(plan, caller), () => this.recorded(plan, caller), caller.principal.expiresAt);
  }

  /** New credentials instead of ones AWS says have expired. */
  renew(plan: CredentialsPlan, caller: ExchangeCaller, stale: UserCredentials): Promise<UserCredentials> {
    this.cache.forget(this.key(plan, caller), stale);
    return this.obtain(plan, caller);
  }

  private key(plan: CredentialsPlan, { principal }: ExchangeCaller): string {
    return planKey(plan, principal, this.config.aws.region);
  }

  private async recorded(plan: CredentialsPlan, caller: ExchangeCaller): Promise<UserCredentials> {
    const { principal, requestId } = caller;
    const facts = { requestId, principal, kind: plan.kind, roleArn: 'roleArn' in plan ? plan.roleArn : undefined };
    try {
      const { credentials, sessionName, awsRequestId } = await this.exchange(plan, caller);
      const expiresAt = credentials.expiration;
      this.events.record({ name: 'credentials.exchanged', ...facts, sessionName, expiresAt, awsRequestId });
      return credentials;
    } catch (error) {
      if (error instanceof ServiceError) {
        const awsErrorNameOfCause = error.cause === undefined ? undefined : awsErrorName(error.cause);
        this.events.record({
          name: 'credentials.refused',
          ...facts,
          code: error.code,
          awsErrorName: awsErrorNameOfCause,
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
      case 'local-profile':
        return this.localProfile.exchange(plan);
      case 'server-identity':
        return this.serverIdentity.exchange(plan, principal);
    }
  }
}
