import { createHash } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { evaluate } from './iam.js';
import { type IdentityStore, type SessionIdentity } from './identities.js';
import { AwsFault } from './operation.js';
import { COGNITO, IDENTITY_POOLS, type IdentityPool, providerName, type Role } from './roles.js';

/** A user pool whose sign-ins the identity pools take. */
export interface UserPool {
  /** `iss` of its tokens; without the scheme it is the name of the login. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** App clients registered with the identity pools. */
  readonly clientIds: readonly string[];
}

/** What the identity pools decide with. */
export interface CognitoIdentityDependencies {
  readonly roles: ReadonlyMap<string, Role>;
  readonly identities: IdentityStore;
}

/** An unsigned call that was answered, with the session it made, if any. */
export interface CognitoAnswer {
  readonly session?: SessionIdentity;
  readonly output: object;
}

interface KnownIdentity {
  readonly pool: IdentityPool;
  readonly login: string;
  readonly subject: string;
}

type Logins = Readonly<Record<string, string>> | undefined;

// Every session of an identity pool has this name.
const SESSION_NAME = 'CognitoIdentityCredentials';
const SESSION_MS = 3_600_000;

/** Amazon Cognito identity pools, in the enhanced flow and without guests. */
export class CognitoIdentity {
  readonly #userPools = new Map<string, { pool: UserPool; keys: ReturnType<typeof createRemoteJWKSet> }>();
  readonly #identities = new Map<string, KnownIdentity>();

  constructor(private readonly dependencies: CognitoIdentityDependencies) {}

  addUserPool(pool: UserPool): void {
    this.#userPools.set(providerName(pool.issuer), { pool, keys: createRemoteJWKSet(new URL(pool.jwksUri)) });
  }

  /** @throws AwsFault as Cognito names it */
  async answer(operation: string, input: object, now: Date): Promise<CognitoAnswer | undefined> {
    switch (operation) {
      case 'GetId':
        return this.#getId(input, now);
      case 'GetCredentialsForIdentity':
        return this.#getCredentials(input, now);
      default:
        return undefined;
    }
  }

  /** The id of a person in a pool: the same at every sign-in. */
  async #getId(input: { IdentityPoolId?: string; Logins?: Logins }, now: Date): Promise<CognitoAnswer> {
    const id = input.IdentityPoolId ?? '';
    if (!/^[\w-]+:[0-9a-f-]{36}$/.test(id)) throw new AwsFault('InvalidParameterException', `Invalid pool id: ${id}`);
    const pool = IDENTITY_POOLS.find((candidate) => candidate.id === id);
    if (pool === undefined) throw new AwsFault('ResourceNotFoundException', `IdentityPool '${id}' not found.`);
    const { login, subject } = await this.#signIn(input.Logins, now);
    const identityId = identityIdOf(pool, login, subject);
    this.#identities.set(identityId, { pool, login, subject });
    return { output: { IdentityId: identityId } };
  }

  async #getCredentials(input: { IdentityId?: string; Logins?: Logins }, now: Date): Promise<CognitoAnswer> {
    const identityId = input.IdentityId ?? '';
    const known = this.#identities.get(identityId);
    if (known === undefined) throw new AwsFault('ResourceNotFoundException', `Identity '${identityId}' not found.`);
    const { login, subject } = await this.#signIn(input.Logins, now);
    // SECURITY: a token opens the identity of its own person only.
    if (login !== known.login || subject !== known.subject) {
      throw notAuthorized("Logins don't match. Please include at least one valid login for this identity.");
    }
    const session = this.#open(known.pool, now);
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = session;
    return {
      session,
      output: {
        IdentityId: identityId,
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: expiresAt / 1_000,
        },
      },
    };
  }

  #open(pool: IdentityPool, now: Date): SessionIdentity {
    const role = this.dependencies.roles.get(pool.roleArn);
    const access = {
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: pool.roleArn,
      principals: [COGNITO],
      context: { [`${COGNITO}:aud`]: pool.id, [`${COGNITO}:amr`]: ['authenticated'] },
    };
    if (role === undefined || evaluate(role.trust([]), access) !== 'allow') {
      throw new AwsFault(
        'InvalidIdentityPoolConfigurationException',
        'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
      );
    }
    const expiresAt = now.getTime() + SESSION_MS;
    const policies = [role.permissions];
    return this.dependencies.identities.openSession(
      { role, sessionName: SESSION_NAME, policies, expiresAt },
      now.getTime(),
    );
  }

  async #signIn(logins: Logins, now: Date): Promise<{ login: string; subject: string }> {
    const [entry, ...others] = Object.entries(logins ?? {});
    if (entry === undefined) throw notAuthorized('Unauthenticated access is not supported for this identity pool.');
    if (others.length > 0) throw new AwsFault('InvalidParameterException', 'Give one login');
    const [login, token] = entry;
    const known = this.#userPools.get(login);
    if (known === undefined) throw notAuthorized('Token is not from a supported provider of this identity pool.');
    const claims = await verified(token, known.keys, known.pool.issuer, now);
    if (claims['token_use'] !== 'id')
      throw notAuthorized('Invalid login token. Not a valid OpenId Connect identity token.');
    const audiences = [claims.aud ?? []].flat();
    if (!audiences.some((audience) => known.pool.clientIds.includes(audience))) {
      throw notAuthorized('Invalid login token. Incorrect token audience.');
    }
    return { login, subject: String(claims.sub) };
  }
}

async function verified(
  token: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
  issuer: string,
  now: Date,
): Promise<JWTPayload> {
  try {
    const options = { issuer, algorithms: ['RS256'], requiredClaims: ['sub', 'exp', 'iat'], currentDate: now };
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw notAuthorized(`Invalid login token. Token expired: ${error.payload.exp}`);
    if (error instanceof errors.JWTClaimValidationFailed)
      throw notAuthorized('Invalid login token. Issuer does not match');
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) {
      throw new AwsFault('ExternalServiceException', 'The keys of the user pool could not be fetched');
    }
    throw notAuthorized('Invalid login token. Token signature invalid.');
  }
}

/** `<region>:<uuid>`, made from who it is. */
function identityIdOf(pool: IdentityPool, login: string, subject: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([pool.id, login, subject]))
    .digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `${pool.id.split(':')[0]}:${parts.join('-')}`;
}

function notAuthorized(message: string): AwsFault {
  return new AwsFault('NotAuthorizedException', message);
}
