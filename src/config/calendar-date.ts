/** The first second after a day given as `YYYY-MM-DD` (UTC), since the epoch; undefined for anything but a real day. */
export function endOfDay(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const start = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(date)) return undefined;
  return start / 1000 + 24 * 60 * 60;
}
