import { maskSecrets } from '../../secret-masking.js';

/** Control, format (zero-width, bidirectional, tag) and line-separator characters. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** A JWT, whole, cut off or with more parts than it should have. */
const TOKEN_PIECE = /eyJ[\w-]{8,}(?:\.[\w-]*)*/g;

/**
 * Text of unknown origin made safe for a log line: what could forge a line, move a cursor or turn the reading direction
 * is replaced by U+FFFD (CWE-117), and the text is cut at `limit` characters.
 */
export function loggable(text: string, limit = 256): string {
  return cut(text, limit).replace(CONTROL, '\ufffd');
}

/** SECURITY: a secret is masked before the cut, since nobody recognises half of one afterwards. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const masked = withoutSecrets(text);
  return masked.length > limit ? `${masked.slice(0, limit)}…` : masked;
}

/** Text without the secrets that are known by their form, and without what may be a piece of a token. */
export function withoutSecrets(text: string): string {
  return maskSecrets(text.replace(TOKEN_PIECE, '[masked: jwt]')).text;
}

/**
 * The path of a request for a log line. SECURITY: of long parts that are no words the beginning only, for people do put
 * keys and tokens into addresses.
 */
export function loggablePath(path: string): string {
  const parts = path.slice(0, 1_024).split('/');
  return loggable(
    parts.map((part) => (part.length < 16 || /^[a-z.-]+$/.test(part) ? part : `${part.slice(0, 8)}…`)).join('/'),
  );
}
