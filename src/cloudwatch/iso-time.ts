/** ISO 8601 in UTC, milliseconds only when there are any: `2026-11-20T10:00:00Z`. */
export function isoTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
