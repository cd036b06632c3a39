/** Why Redis could not be used, in words that hold no address and no password. */
export type RedisFault = 'unreachable' | 'timeout' | 'read_only' | 'login_refused' | 'tls' | 'refused';

const UNREACHABLE =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EADDRNOTAVAIL)|writeable|closed|max retries|Socket timeout/i;

/** Names a failure of the Redis client; its own text stays out of the log, since it may name hosts or commands. */
export function redisFault(error: unknown): RedisFault {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const text = typeof message === 'string' ? message : '';
  if (text.startsWith('READONLY')) return 'read_only';
  if (/^(NOAUTH|WRONGPASS|NOPERM|ERR (invalid password|AUTH))/.test(text)) return 'login_refused';
  if (typeof code === 'string' && /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return 'tls';
  if (/timed out/.test(text)) return 'timeout';
  return UNREACHABLE.test(typeof code === 'string' ? code : text) ? 'unreachable' : 'refused';
}
