import { inspect } from 'node:util';

/** AWS keys in the shape the SDK signs with. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/**
 * AWS credentials obtained for one caller. The private field makes the type nominal: nothing but an exchange's result
 * fits where a user's credentials are asked for.
 * SECURITY: it prints, serialises and inspects without its secrets; only `reveal()` gives them, to the signer.
 */
export class UserCredentials {
  readonly #identity: AwsIdentity;

  /** @param sessionName the role session's, by which CloudTrail knows its calls */
  constructor(
    identity: AwsIdentity,
    readonly sessionName?: string,
  ) {
    this.#identity = identity;
  }

  get accessKeyId(): string {
    return this.#identity.accessKeyId;
  }

  get expiration(): Date | undefined {
    return this.#identity.expiration;
  }

  reveal(): AwsIdentity {
    return this.#identity;
  }

  toJSON(): { accessKeyId: string } {
    return { accessKeyId: this.accessKeyId };
  }

  [inspect.custom](): string {
    return `UserCredentials(${this.accessKeyId})`;
  }
}

/** Credentials as STS answers them. */
export interface StsCredentials {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
}

/**
 * Turns STS's answer into a caller's credentials.
 * @throws TypeError when a part is missing: half a credential must not reach a signer
 */
export function toUserCredentials(answer: StsCredentials = {}, sessionName?: string): UserCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer;
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
    throw new TypeError('AWS answered without complete credentials');
  }
  return new UserCredentials(
    { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration: Expiration },
    sessionName,
  );
}
