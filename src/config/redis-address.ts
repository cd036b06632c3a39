import type { z } from 'zod';
import { refuse } from './setting-types.js';

/** Where Redis is and how to log in there. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** Encrypted, and the certificate is verified. */
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
}

const DEFAULT_PORT = 6379;

/** `redis://` or `rediss://`, user and password in it when there are any, and a database number as the path. */
export function redisAddress(value: string, ctx: z.RefinementCtx): RedisAddress | typeof z.NEVER {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^rediss?:\/\//i.test(value)) return refuse(ctx, 'must begin with rediss:// or redis://');
  const problem = problemOf(url, value);
  if (problem !== undefined) return refuse(ctx, problem);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    tls: url.protocol === 'rediss:',
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    database: Number(url.pathname.slice(1)),
  };
}

function problemOf({ hostname, port, username, password, pathname }: URL, value: string): string | undefined {
  if (!/^([\w.-]+|\[[0-9a-f:.]+\])$/i.test(hostname)) return 'names no host';
  if (port === '0') return 'names port 0';
  if (/[?#]/.test(value)) return 'must not hold a query or fragment; write ? and # of a password as %3F and %23';
  if (username !== '' && password === '')
    return 'names a user without a password; write :password@ for a password alone';
  if (!/^\/?$|^\/\d{1,3}$/.test(pathname)) return 'may end in the number of a database only';
  return [username, password].every(isDecodable) ? undefined : 'holds a % that begins no code; write it as %25';
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
