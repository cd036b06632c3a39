import { Redis } from 'ioredis';
import type { AppConfig } from '../../config/app-config.js';

type RedisAddress = NonNullable<AppConfig['limits']['redis']>;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 1_000;
/** A handshake over TLS takes longer than a command; what hangs for so long is given up and tried anew. */
const HANDSHAKE_MS = 2_000;

/**
 * A client of Redis that connects when told to and again by itself, for ever. Commands are neither queued while there
 * is no connection nor sent a second time: each fails at once, and whoever sent it goes on without Redis.
 */
export function openRedis({ host, port, tls, username, password, database }: RedisAddress): Redis {
  return new Redis({
    host,
    port,
    db: database,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // SECURITY: the certificate is verified, against the system's authorities and NODE_EXTRA_CA_CERTS.
    ...(tls && { tls: { rejectUnauthorized: true } }),
    // Version 2 is what every server and every proxy before one speaks.
    protocol: 2,
    disableClientInfo: true,
    lazyConnect: true,
    connectTimeout: HANDSHAKE_MS,
    commandTimeout: HANDSHAKE_MS,
    // A connection that is up but silent, as after a network has parted.
    socketTimeout: HANDSHAKE_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    retryStrategy: (attempt) =>
      Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS) * (1 + Math.random() / 5),
    // After a failover the old primary goes on as a replica; the name points to another.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  });
}
