import { measure, send } from '../bench/load.js';
import { callTool, makeCallers, type Mint, tokenOfUnknownKey } from './callers.js';

/** The one server a crowd comes to. */
export interface CrowdServer {
  readonly endpoint: string;
  readonly issuer: string;
  readonly mint: Mint;
}

const CONCURRENCY = 32;

/** Each of these users once, new to the server or not. */
export async function usersCall(server: CrowdServer, count: number, first = 0): Promise<void> {
  const callers = await makeCallers(server.mint, count, first);
  let next = 0;
  const call = async (): Promise<void> => {
    const caller = callers[next++];
    if (caller !== undefined) await callTool(server.endpoint, caller.token, 1, 'get_active_alarms', {});
  };
  await measure(call, count, CONCURRENCY);
}

/** One user asks for log groups by that many names. */
export async function manyLogGroups(server: CrowdServer, count: number): Promise<void> {
  const [caller] = await makeCallers(server.mint, 1);
  let next = 0;
  const call = async (): Promise<void> => {
    const name = `/crowd/group-${next++}`;
    await callTool(server.endpoint, caller?.token ?? '', 1, 'describe_log_groups', { log_group_name_prefix: name });
  };
  await measure(call, count, CONCURRENCY);
}

/**
 * Tokens of that many unknown keys, each from another address as the trusted proxy says.
 * @returns how many were refused with 401
 */
export async function manyUnknownKeys(server: CrowdServer, count: number): Promise<number> {
  let next = 0;
  let refused = 0;
  const call = async (): Promise<void> => {
    const index = next++;
    const { status } = await send(server.endpoint, '{}', {
      authorization: `Bearer ${tokenOfUnknownKey(server.issuer, index)}`,
      'content-type': 'application/json',
      'x-forwarded-for': `203.0.${Math.floor(index / 250) % 250}.${index % 250}`,
    });
    if (status === 401) refused += 1;
  };
  await measure(call, count, CONCURRENCY);
  return refused;
}
