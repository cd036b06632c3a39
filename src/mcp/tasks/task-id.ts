import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Principal } from '../../principal.js';
import { seal } from '../../seal.js';

/** What a task's id says, to this server only. */
export interface TaskFacts {
  /** The tool that runs as the task. */
  readonly tool: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** What the tool's task remembers. */
  readonly payload: unknown;
}

type Owner = Pick<Principal, 'issuer' | 'subject'>;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The id travels in a header, too. */
const MAX_LENGTH = 2_048;

/**
 * A task's id: all there is of the task, encrypted and authenticated (AES-256-GCM) under a key of its owner's own, since
 * it travels in a header that proxies log. Any replica with the secret opens it for that owner, and for nobody else.
 * @param nonce twelve random bytes
 * @throws RangeError for a payload that does not fit
 */
export function sealTaskId(
  secret: string,
  { tool, createdAt, payload }: TaskFacts,
  owner: Owner,
  nonce: Uint8Array,
): string {
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, owner), nonce);
  const text = JSON.stringify([tool, createdAt, payload]);
  const id = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
  if (id.length > MAX_LENGTH) throw new RangeError(`A task of ${tool} remembers too much`);
  return id;
}

/** What the id says, or undefined when it was not made for this owner under one of the secrets. Never throws. */
export function openTaskId(secrets: readonly string[], id: string, owner: Owner): TaskFacts | undefined {
  if (id.length > MAX_LENGTH) return undefined;
  const bytes = Buffer.from(id, 'base64url');
  // Decoding passes over what is no base64url: one task has one id.
  if (bytes.length <= NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== id) return undefined;
  for (const secret of secrets) {
    const text = decrypt(bytes, keyOf(secret, owner));
    if (text === undefined) continue;
    const [tool, createdAt, payload] = JSON.parse(text) as [string, number, unknown];
    return { tool, createdAt, payload };
  }
  return undefined;
}

/** SECURITY: the key depends on issuer and subject, so that another's id does not decrypt at all. */
function keyOf(secret: string, { issuer, subject }: Owner): Buffer {
  return Buffer.from(seal(secret, ['task', issuer, subject]), 'base64url');
}

function decrypt(bytes: Buffer, key: Buffer): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
