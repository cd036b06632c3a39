/** Host name of a Host header, lower-case and without port; undefined when it is none (RFC 9110 section 7.2). */
export function hostName(header: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(header?.toLowerCase() ?? '')?.[1];
}
