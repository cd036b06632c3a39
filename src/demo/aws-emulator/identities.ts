import { randomBytes } from 'node:crypto';
import { type Policy } from './iam.js';

export const SERVER_ACCESS_KEY_ID = 'AKIAEMULATORSERVER01';
export const SERVER_SECRET_ACCESS_KEY = 'emulator-server-secret-access-key-000001';
export const SERVER_ROLE_ARN = 'arn:aws:iam::999999999999:role/cloudwatch-mcp-server';

/** Who an access key belongs to. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials only: belongs to this key and no other. */
  readonly sessionToken?: string;
  /** Milliseconds since the epoch; absent for keys that do not expire. */
  readonly expiresAt?: number;
  readonly principalArn: string;
  readonly userId: string;
  readonly accountId: string;
  /** Every one must allow: the role's own, then the session's. */
  readonly policies: readonly Policy[];
  /** Present for role sessions: the role that was assumed. */
  readonly assumedRoleArn?: string;
  /** Stays through chained sessions and cannot be changed. */
  readonly sourceIdentity?: string;
}

/** What a new role session is made of. */
export interface SessionRequest {
  readonly role: { readonly arn: string; readonly name: string; readonly id: string; readonly accountId: string };
  readonly sessionName: string;
  readonly policies: readonly Policy[];
  readonly expiresAt: number;
  readonly sourceIdentity?: string;
}

/** A role session: an identity that always has a token and an end. */
export type SessionIdentity = Identity & Required<Pick<Identity, 'sessionToken' | 'expiresAt' | 'assumedRoleArn'>>;

// An expired session is remembered this long, so that using it says "expired" rather than "unknown".
const REMEMBER_EXPIRED_MS = 3_600_000;
const SWEEP_EVERY = 1_000;

/** All access keys of the emulator, long-lived and temporary. */
export class IdentityStore {
  readonly #byKey = new Map<string, Identity>();
  #sessionsMade = 0;

  constructor(longLived: readonly Identity[]) {
    for (const identity of longLived) this.#byKey.set(identity.accessKeyId, identity);
  }

  find(accessKeyId: string): Identity | undefined {
    return this.#byKey.get(accessKeyId);
  }

  /** Creates credentials for a role session: `arn:aws:sts::<account>:assumed-role/<Role>/<SessionName>`. */
  openSession(request: SessionRequest, now: number): SessionIdentity {
    this.#sessionsMade += 1;
    if (this.#sessionsMade % SWEEP_EVERY === 0) this.#forgetLongExpired(now);
    const { role, sessionName } = request;
    const session: SessionIdentity = {
      accessKeyId: `ASIA${randomKeyPart()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiresAt: request.expiresAt,
      principalArn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
      userId: `${role.id}:${sessionName}`,
      accountId: role.accountId,
      policies: request.policies,
      assumedRoleArn: role.arn,
      sourceIdentity: request.sourceIdentity,
    };
    this.#byKey.set(session.accessKeyId, session);
    return session;
  }

  #forgetLongExpired(now: number): void {
    for (const [key, identity] of this.#byKey) {
      if (identity.expiresAt !== undefined && identity.expiresAt + REMEMBER_EXPIRED_MS < now) this.#byKey.delete(key);
    }
  }
}

const KEY_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function randomKeyPart(): string {
  return Array.from(randomBytes(16), (byte) => KEY_ALPHABET[byte % KEY_ALPHABET.length]).join('');
}
