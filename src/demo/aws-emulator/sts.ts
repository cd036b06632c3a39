import { compilePolicy, evaluate, evaluateAll, type Policy, type PolicyStatement } from './iam.js';
import { type Identity, type IdentityStore, type SessionIdentity } from './identities.js';
import { AwsFault } from './operation.js';
import { providerArn, providerName, type Role } from './roles.js';
import { commonFault } from './services.js';
import {
  type AssumeRoleInput,
  checkAssumeRole,
  checkWebIdentity,
  type SessionInput,
  type WebIdentityInput,
} from './sts-input.js';
import { type WebIdentity, type WebIdentityVerifier } from './web-identity.js';

/** What STS decides with. */
export interface StsDependencies {
  readonly roles: ReadonlyMap<string, Role>;
  readonly identities: IdentityStore;
  readonly webIdentity: WebIdentityVerifier;
}

/** A session made without the caller having signed anything. */
export interface WebIdentityAnswer {
  readonly session: SessionIdentity;
  readonly output: object;
}

const HOUR_SECONDS = 3_600;

/** AWS Security Token Service: who may take which role, and the temporary credentials that come of it. */
export class Sts {
  constructor(private readonly dependencies: StsDependencies) {}

  getCallerIdentity(caller: Identity): object {
    return { UserId: caller.userId, Account: caller.accountId, Arn: caller.principalArn };
  }

  /**
   * The caller's own policy and the role's trust policy must both allow the role, its tags and its source identity.
   * @throws AwsFault AccessDenied, ValidationError, PackedPolicyTooLarge or MalformedPolicyDocument
   */
  assumeRole(raw: object, caller: Identity, now: Date): object {
    const input = checkAssumeRole(raw);
    const role = this.dependencies.roles.get(input.RoleArn);
    const sourceIdentity = input.SourceIdentity ?? caller.sourceIdentity;
    if (caller.sourceIdentity !== undefined && sourceIdentity !== caller.sourceIdentity) {
      throw denied(caller, 'sts:SetSourceIdentity', input.RoleArn);
    }
    const context = {
      'sts:ExternalId': input.ExternalId,
      'sts:SourceIdentity': sourceIdentity,
      'sts:RoleSessionName': input.RoleSessionName,
      'aws:TagKeys': input.Tags?.map((tag) => tag.Key),
      ...Object.fromEntries((input.Tags ?? []).map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value])),
    };
    // A role that does not exist is refused in the same words as one that does not trust the caller.
    if (role === undefined) throw denied(caller, 'sts:AssumeRole', input.RoleArn);
    const trust = role.trust(this.dependencies.webIdentity.providers());
    const principals = [caller.principalArn, caller.assumedRoleArn ?? caller.principalArn];
    for (const action of actionsOf(input)) {
      const access = { action, resource: role.arn, principals, context };
      const allowed = evaluateAll(caller.policies, access) === 'allow' && evaluate(trust, access) === 'allow';
      if (!allowed) throw denied(caller, action, role.arn);
    }
    if (caller.assumedRoleArn !== undefined && input.DurationSeconds > HOUR_SECONDS) {
      throw invalid(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    }
    const session = this.#open(role, input, now, sourceIdentity);
    return { ...sessionOutput(session, input), SourceIdentity: sourceIdentity };
  }

  /**
   * A role for the holder of an OpenID provider's token. Unsigned: the token is the whole proof.
   * @throws AwsFault InvalidIdentityToken, ExpiredTokenException, IDPCommunicationError, AccessDenied or ValidationError
   */
  async assumeRoleWithWebIdentity(raw: object, now: Date): Promise<WebIdentityAnswer> {
    const input = checkWebIdentity(raw);
    const identity = await this.dependencies.webIdentity.verify(input.WebIdentityToken, now);
    const role = this.#roleForWebIdentity(input, identity);
    const session = this.#open(role, input, now);
    const output = {
      ...sessionOutput(session, input),
      SubjectFromWebIdentityToken: identity.subject,
      Provider: identity.provider.issuer,
      Audience: identity.audiences[0],
    };
    return { session, output };
  }

  #roleForWebIdentity(input: WebIdentityInput, identity: WebIdentity): Role {
    const role = this.dependencies.roles.get(input.RoleArn);
    const name = providerName(identity.provider.issuer);
    const decision =
      role &&
      evaluate(role.trust(this.dependencies.webIdentity.providers()), {
        action: 'sts:AssumeRoleWithWebIdentity',
        resource: role.arn,
        principals: [providerArn(role.accountId, identity.provider.issuer)],
        context: {
          [`${name}:aud`]: identity.audiences,
          [`${name}:sub`]: identity.subject,
          'sts:RoleSessionName': input.RoleSessionName,
        },
      });
    if (role !== undefined && decision === 'allow') return role;
    throw commonFault('sts', 'access-denied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }

  #open(role: Role, input: SessionInput, now: Date, sourceIdentity?: string): SessionIdentity {
    if (input.DurationSeconds > role.maxSessionSeconds) {
      throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    }
    const sessionPolicy = input.Policy === undefined ? [] : [parseSessionPolicy(input.Policy)];
    return this.dependencies.identities.openSession(
      {
        role,
        sessionName: input.RoleSessionName,
        policies: [role.permissions, ...sessionPolicy],
        expiresAt: now.getTime() + input.DurationSeconds * 1_000,
        sourceIdentity,
      },
      now.getTime(),
    );
  }
}

function actionsOf(input: AssumeRoleInput): readonly string[] {
  const actions = ['sts:AssumeRole'];
  if (input.Tags !== undefined) actions.push('sts:TagSession');
  if (input.SourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
  return actions;
}

function sessionOutput(session: SessionIdentity, input: SessionInput): object {
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.principalArn },
    PackedPolicySize: input.packedPolicySize,
  };
}

function parseSessionPolicy(text: string): Policy {
  try {
    const document = JSON.parse(text) as { Statement: PolicyStatement | readonly PolicyStatement[] };
    return compilePolicy([document.Statement].flat());
  } catch {
    throw new AwsFault('MalformedPolicyDocument', 'The session policy is not a policy this emulator can read');
  }
}

function denied(caller: Identity, action: string, roleArn: string): AwsFault {
  return commonFault(
    'sts',
    'access-denied',
    `User: ${caller.principalArn} is not authorized to perform: ${action} on resource: ${roleArn}`,
  );
}

function invalid(message: string): AwsFault {
  return new AwsFault('ValidationError', message);
}
