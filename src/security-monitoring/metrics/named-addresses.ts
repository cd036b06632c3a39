const HOUR_MS = 3_600_000;
/** What every address without a name of its own is called. */
const OTHER = 'other';

/**
 * Which addresses metrics name: so many different ones an hour, since each is a metric that AWS bills, and half of them
 * only for addresses that failed suspiciously. All others are `other`.
 */
export class NamedAddresses {
  #hour = 0;
  readonly #named = new Set<string>();

  constructor(private readonly most: number) {}

  nameOf(address: string, suspicious: boolean, timeMs: number): string {
    const hour = Math.floor(timeMs / HOUR_MS);
    if (hour !== this.#hour) this.#named.clear();
    this.#hour = hour;
    const room = suspicious ? this.most : Math.floor(this.most / 2);
    if (address !== OTHER && this.#named.size < room) this.#named.add(address);
    return this.#named.has(address) ? address : OTHER;
  }
}
