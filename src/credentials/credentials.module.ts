import { Module, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { type CallContext, PRINCIPAL, type Principal } from '../principal.js';
import { SecurityMonitoringModule } from '../security-monitoring/security-monitoring.module.js';
import { AccessRulesService } from './access-rules.service.js';
import { AwsCallLimitsService } from './aws-call-limits.service.js';
import { AwsClientFactory } from './aws-client.factory.js';
import { CredentialsCacheService } from './credentials-cache.service.js';
import { CredentialsExchangeService } from './credentials-exchange.service.js';
import { CredentialsService } from './credentials.service.js';
import { AssumeRoleExchange } from './exchange/assume-role.exchange.js';
import { ClaimCredentialsExchange } from './exchange/claim-credentials.exchange.js';
import { CognitoIdentityExchange } from './exchange/cognito-identity.exchange.js';
import { LocalProfileExchange } from './exchange/local-profile.exchange.js';
import { ServerIdentityExchange } from './exchange/server-identity.exchange.js';
import { WebIdentityExchange } from './exchange/web-identity.exchange.js';
import { SignedFetchClient } from './signed-fetch.client.js';

/** Principal to AWS. Only PRINCIPAL and CredentialsService live for one call; everything else is a singleton. */
@Module({
  imports: [SecurityMonitoringModule],
  providers: [
    {
      provide: PRINCIPAL,
      scope: Scope.REQUEST,
      inject: [REQUEST],
      useFactory: (call: CallContext): Principal => call.principal,
    },
    CredentialsService,
    AccessRulesService,
    CredentialsExchangeService,
    CredentialsCacheService,
    AwsClientFactory,
    AwsCallLimitsService,
    SignedFetchClient,
    AssumeRoleExchange,
    WebIdentityExchange,
    CognitoIdentityExchange,
    ClaimCredentialsExchange,
    LocalProfileExchange,
    ServerIdentityExchange,
  ],
  exports: [CredentialsService, PRINCIPAL, AwsClientFactory, AssumeRoleExchange],
})
export class CredentialsModule {}
