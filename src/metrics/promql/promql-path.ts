/**
 * Where the values of a label are. SECURITY: the name becomes one segment of the path, whatever stands in it: every
 * character but letters, digits, `-`, `_`, `.` and `~` is percent-encoded (RFC 3986 section 2.3). A name that is only dots
 * would be a step in the path; the tool refuses it.
 */
export function labelValuesPath(label: string): string {
  const segment = encodeURIComponent(label).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `/api/v1/label/${segment}/values`;
}
