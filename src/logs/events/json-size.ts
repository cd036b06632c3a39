/**
 * Where a text must end, counted from `start`, so that this part weighs at most `bytes` as a JSON string in UTF-8; a
 * character of two code units is never cut in half. At least one character, so that whoever goes on gets on.
 */
export function endWithin(text: string, start: number, bytes: number): number {
  let left = bytes;
  let end = start;
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0;
    left -= jsonBytes(code);
    if (left < 0 && end > start) return end;
    end += code > 0xffff ? 2 : 1;
  }
  return end;
}

/** What JSON.stringify makes of a code point: control characters and lone surrogates become escapes. */
function jsonBytes(code: number): number {
  if (code === 0x22 || code === 0x5c || (code >= 0x08 && code <= 0x0d && code !== 0x0b)) return 2;
  if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) return 6;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code > 0xffff ? 4 : 3;
}
