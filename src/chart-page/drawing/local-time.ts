const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What clocks and calendars of a time zone show. */
export class LocalTime {
  /** The zone's name, as a reader must be told it. */
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat | undefined;

  /** @param zone an IANA name; anything else is UTC */
  constructor(zone?: unknown) {
    this.#format = formatOf(zone);
    this.zone = this.#format === undefined ? 'UTC' : String(zone);
  }

  /** Milliseconds by which local clocks are ahead of UTC at this moment. */
  offset(ms: number): number {
    if (this.#format === undefined) return 0;
    const second = Math.floor(ms / 1_000) * 1_000;
    const parts = new Map(this.#format.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return local - second;
  }

  /** `10:05`, or `10:05:30` where seconds matter. */
  clock(ms: number, seconds = false): string {
    return this.#local(ms)
      .toISOString()
      .slice(11, seconds ? 19 : 16);
  }

  /** `20 Nov`. */
  day(ms: number): string {
    const local = this.#local(ms);
    return `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`;
  }

  /** `20 Nov 2026`. */
  date(ms: number): string {
    return `${this.day(ms)} ${this.#local(ms).getUTCFullYear()}`;
  }

  /** `20 Nov 2026 10:05`, with seconds where there are any. */
  full(ms: number): string {
    return `${this.date(ms)} ${this.clock(ms, ms % 60_000 !== 0)}`;
  }

  /** A date whose UTC fields are the local ones. */
  #local(ms: number): Date {
    return new Date(ms + this.offset(ms));
  }
}

function formatOf(zone: unknown): Intl.DateTimeFormat | undefined {
  if (typeof zone !== 'string' || zone === '' || zone === 'UTC') return undefined;
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

/** A duration in words: `5 min`. */
export function durationText(ms: number): string {
  const units = [
    [86_400_000, 'days', 'day'],
    [3_600_000, 'h', 'h'],
    [60_000, 'min', 'min'],
    [1_000, 's', 's'],
  ] as const;
  const [size, many, one] = units.find(([unit]) => ms >= unit) ?? [1, 'ms', 'ms'];
  const count = Number((ms / size).toPrecision(3));
  return `${count} ${count === 1 ? one : many}`;
}
