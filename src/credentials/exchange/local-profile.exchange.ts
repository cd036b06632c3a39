import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { ServiceError } from '../../errors.js';
import { AwsClientFactory } from '../aws-client.factory.js';
import { awsErrorDetail } from '../aws-error-names.js';
import type { CredentialsPlan } from '../credentials-plan.js';
import { UserCredentials } from '../user-credentials.js';
import type { CredentialsExchange, ExchangedCredentials } from './credentials-exchange.js';

/**
 * The credentials of the person at this machine: the named profile, else the SDK's default chain.
 * SECURITY: only while authentication is off, whatever the plan says.
 */
@Injectable()
export class LocalProfileExchange implements CredentialsExchange<'local-profile'> {
  constructor(
    private readonly factory: AwsClientFactory,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async exchange({ profile }: Extract<CredentialsPlan, { kind: 'local-profile' }>): Promise<ExchangedCredentials> {
    if (this.config.auth.enabled) {
      throw new ServiceError('credentials_refused', 'Local AWS profiles are for servers without authentication.');
    }
    try {
      return { credentials: new UserCredentials(await this.factory.machineIdentity(profile)) };
    } catch (error) {
      const what = profile === undefined ? 'The default AWS credentials' : `The AWS profile ${profile}`;
      throw new ServiceError(
        'credentials_unavailable',
        `${what} of this machine cannot be used; sign in again (for example aws sso login) or name another with AWS_PROFILE.`,
        { cause: error, detail: awsErrorDetail(error) },
      );
    }
  }
}
