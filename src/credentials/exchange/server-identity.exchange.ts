import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { ServiceError } from '../../errors.js';
import type { Principal } from '../../principal.js';
import { AwsClientFactory } from '../aws-client.factory.js';
import { awsErrorDetail } from '../aws-error-names.js';
import type { CredentialsPlan } from '../credentials-plan.js';
import { UserCredentials } from '../user-credentials.js';
import type { CredentialsExchange, ExchangedCredentials } from './credentials-exchange.js';

/**
 * Lends API-key callers the server's own identity.
 * SECURITY: only with API_KEY_CREDENTIALS=server and only for API keys, whatever the plan says.
 */
@Injectable()
export class ServerIdentityExchange implements CredentialsExchange<'server-identity'> {
  constructor(
    private readonly factory: AwsClientFactory,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async exchange(
    _plan: Extract<CredentialsPlan, { kind: 'server-identity' }>,
    principal: Principal,
  ): Promise<ExchangedCredentials> {
    if (!this.config.aws.apiKeysUseServerIdentity || principal.method !== 'api-key') {
      throw new ServiceError('credentials_refused', "The server's own AWS identity is not for callers.");
    }
    try {
      return { credentials: new UserCredentials(await this.factory.machineIdentity()) };
    } catch (error) {
      throw new ServiceError(
        'credentials_unavailable',
        'This server has no AWS identity of its own; tell whoever runs this server.',
        { cause: error, detail: awsErrorDetail(error) },
      );
    }
  }
}
