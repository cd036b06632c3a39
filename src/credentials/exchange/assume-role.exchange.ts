import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../../principal.js';
import { AwsClientFactory } from '../aws-client.factory.js';
import type { CredentialsPlan } from '../credentials-plan.js';
import { roleSessionName, sessionTags, sourceIdentity } from '../role-session.js';
import { toUserCredentials } from '../user-credentials.js';
import { type CredentialsExchange, type ExchangedCredentials, ROLE_SESSION_SECONDS } from './credentials-exchange.js';
import { stsError } from './sts-error.js';

/** The server, having verified who calls, assumes that person's role in their name (STS AssumeRole). */
@Injectable()
export class AssumeRoleExchange implements CredentialsExchange<'assume-role'> {
  constructor(private readonly factory: AwsClientFactory) {}

  async exchange(
    plan: Extract<CredentialsPlan, { kind: 'assume-role' }>,
    principal: Principal,
  ): Promise<ExchangedCredentials> {
    const sessionName = roleSessionName(principal, Date.now());
    const command = new AssumeRoleCommand({
      RoleArn: plan.roleArn,
      RoleSessionName: sessionName,
      SourceIdentity: sourceIdentity(principal),
      Tags: [...sessionTags(principal)],
      ExternalId: plan.externalId,
      Policy: plan.sessionPolicy,
      DurationSeconds: ROLE_SESSION_SECONDS,
    });
    try {
      const answer = await this.factory.serverSts(plan.stsRegion).send(command);
      const credentials = toUserCredentials(answer.Credentials, sessionName);
      return { credentials, awsRequestId: answer.$metadata.requestId };
    } catch (error) {
      throw stsError({ step: 'AssumeRole', into: plan.roleArn, principal, error });
    }
  }
}
