import { GetCredentialsForIdentityCommand, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Principal, principalKey } from '../../principal.js';
import { AwsClientFactory } from '../aws-client.factory.js';
import { awsErrorName } from '../aws-error-names.js';
import type { CredentialsPlan } from '../credentials-plan.js';
import { toUserCredentials } from '../user-credentials.js';
import { cognitoError, type FailedCognitoExchange } from './cognito-error.js';
import type { CredentialsExchange, ExchangedCredentials } from './credentials-exchange.js';

type Plan = Extract<CredentialsPlan, { kind: 'cognito-identity' }>;

/** Identity ids do not change, and AWS allows 25 GetId a second for a whole account. */
const MAX_IDENTITIES = 10_000;
const IDENTITY_LIFE_MS = 24 * 60 * 60_000;

// The same for everybody: calls are joined to people by AWS's request ids.
const SESSION_NAME = 'CognitoIdentityCredentials';

/**
 * An identity pool turns the caller's own ID token into credentials of the role it has for them (the enhanced flow:
 * GetId, GetCredentialsForIdentity). Both calls are unsigned, so the server needs no AWS identity.
 * SECURITY: the two operations are called directly. The SDK's ready-made provider keeps identity ids for the whole
 * process, and those of callers without a name under one and the same key.
 */
@Injectable()
export class CognitoIdentityExchange implements CredentialsExchange<'cognito-identity'> {
  readonly #identityIds = new LRUCache<string, string>({ max: MAX_IDENTITIES, ttl: IDENTITY_LIFE_MS });

  constructor(private readonly factory: AwsClientFactory) {}

  async exchange(plan: Plan, principal: Principal): Promise<ExchangedCredentials> {
    const key = JSON.stringify([plan.identityPoolId, principalKey(principal)]);
    const known = this.#identityIds.get(key);
    const identityId = known ?? (await this.identityOf(plan, principal));
    this.#identityIds.set(key, identityId);
    const step = { step: 'GetCredentialsForIdentity', into: plan.identityPoolId, principal } as const;
    try {
      const command = new GetCredentialsForIdentityCommand({ IdentityId: identityId, Logins: logins(plan, principal) });
      const answer = await this.client(plan).send(command);
      const { SecretKey, ...keys } = answer.Credentials ?? {};
      const credentials = toUserCredentials({ ...keys, SecretAccessKey: SecretKey }, SESSION_NAME);
      return { credentials, awsRequestId: answer.$metadata.requestId };
    } catch (error) {
      const name = awsErrorName(error);
      // Somebody may have deleted the identity, or linked the sign-in to another: it is asked for anew.
      if (name === 'ResourceNotFoundException' || name === 'NotAuthorizedException') this.#identityIds.delete(key);
      if (known !== undefined && name === 'ResourceNotFoundException') return this.exchange(plan, principal);
      throw cognitoError({ ...step, error });
    }
  }

  private async identityOf(plan: Plan, principal: Principal): Promise<string> {
    const step = { step: 'GetId', into: plan.identityPoolId, principal } as const satisfies Omit<
      FailedCognitoExchange,
      'error'
    >;
    try {
      const command = new GetIdCommand({ IdentityPoolId: plan.identityPoolId, Logins: logins(plan, principal) });
      const { IdentityId } = await this.client(plan).send(command);
      if (IdentityId === undefined) throw new TypeError('AWS answered without an identity');
      return IdentityId;
    } catch (error) {
      throw cognitoError({ ...step, error });
    }
  }

  private client({ identityPoolId }: Plan): ReturnType<AwsClientFactory['cognitoIdentity']> {
    return this.factory.cognitoIdentity(identityPoolId.slice(0, identityPoolId.indexOf(':')));
  }
}

/** The provider as the pool knows it, `cognito-idp.<region>.amazonaws.com/<user pool>`: the issuer without its scheme. */
function logins({ token }: Plan, { issuer }: Principal): Record<string, string> {
  return { [issuer.replace(/^https?:\/\//, '')]: token.reveal() };
}
