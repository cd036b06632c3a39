import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../principal.js';
import { AwsClientFactory } from '../aws-client.factory.js';
import type { CredentialsPlan } from '../credentials-plan.js';
import { roleSessionName } from '../role-session.js';
import { toUserCredentials } from '../user-credentials.js';
import { type CredentialsExchange, type ExchangedCredentials, ROLE_SESSION_SECONDS } from './credentials-exchange.js';
import { stsError } from './sts-error.js';

/** AWS itself judges the caller's own token; the call is unsigned, so the server needs no AWS identity at all. */
@Injectable()
export class WebIdentityExchange implements CredentialsExchange<'web-identity'> {
  constructor(private readonly factory: AwsClientFactory) {}

  async exchange(
    plan: Extract<CredentialsPlan, { kind: 'web-identity' }>,
    principal: Principal,
  ): Promise<ExchangedCredentials> {
    const sessionName = roleSessionName(principal, Date.now());
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: plan.roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: plan.token.reveal(),
      Policy: plan.sessionPolicy,
      DurationSeconds: ROLE_SESSION_SECONDS,
    });
    try {
      const answer = await this.factory.anonymousSts(plan.stsRegion).send(command);
      const credentials = toUserCredentials(answer.Credentials, sessionName);
      return { credentials, awsRequestId: answer.$metadata.requestId };
    } catch (error) {
      throw stsError({ step: 'AssumeRoleWithWebIdentity', into: plan.roleArn, principal, error });
    }
  }
}
