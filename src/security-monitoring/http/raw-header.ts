/**
 * The values of one header, line by line as they came. Node's own `headers` keeps the first of several `Host` or
 * `Authorization` lines and drops the others in silence, where a proxy in front may have read the last.
 */
export function rawHeaderValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
