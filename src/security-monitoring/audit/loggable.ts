/** Control, format (zero-width, bidirectional, tag) and line-separator characters. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Text of unknown origin made safe for a log line: what could forge a line, move a cursor or turn the reading direction
 * is replaced by U+FFFD (CWE-117), and the text is cut at `limit` characters.
 */
export function loggable(text: string, limit = 256): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return cut.replace(CONTROL, '\ufffd');
}
