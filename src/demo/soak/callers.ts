import { createHash } from 'node:crypto';
import { send } from '../bench/load.js';

/** The two accounts' roles; users belong to them in turn. */
export const ROLES = [
  'arn:aws:iam::111111111111:role/CloudWatchReader',
  'arn:aws:iam::222222222222:role/CloudWatchReader',
] as const;

/** Signs a token for a user. */
export type Mint = (sub: string, claims: Readonly<Record<string, unknown>>) => Promise<string>;

/** A user of the server. */
export interface Caller {
  readonly subject: string;
  readonly account: string;
  readonly token: string;
}

/** Makes users `user-<first>` to `user-<first + count - 1>`, the two accounts in turn. */
export async function makeCallers(mint: Mint, count: number, first = 0): Promise<readonly Caller[]> {
  const callers: Caller[] = [];
  for (let index = first; index < first + count; index += 1) {
    const subject = `user-${index}`;
    const role = ROLES[index % 2] ?? ROLES[0];
    const token = await mint(subject, { 'custom:role_arn': role });
    callers.push({ subject, account: role.split(':')[4] ?? '', token });
  }
  return callers;
}

/** A JSON-RPC answer as far as it is looked at. */
export interface ToolAnswer {
  readonly id?: number;
  readonly result?: { readonly isError?: boolean; readonly structuredContent?: Readonly<Record<string, unknown>> };
}

/** One tool call as a script makes it: no initialize, a plain JSON answer. */
export async function callTool(
  endpoint: string,
  token: string,
  id: number,
  name: string,
  args: object,
): Promise<ToolAnswer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
  const { status, text } = await send(endpoint, body, {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  });
  if (status !== 200) throw new Error(`${endpoint} answered ${status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as ToolAnswer;
}

/** A token that looks right until its key is looked for. */
export function tokenOfUnknownKey(issuer: string, index: number): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const kid = createHash('sha256').update(`kid ${index}`).digest('hex');
  const claims = { iss: issuer, sub: `stranger-${index}`, aud: 'x', iat: 1, exp: 4_000_000_000 };
  return `${encode({ alg: 'RS256', kid })}.${encode(claims)}.${Buffer.alloc(256, 1).toString('base64url')}`;
}
