import { DEADLINE_MS, DocumentUnavailable, fetchText, parseObject } from '../bounded-fetch.client.js';

const MAX_BYTES = 1024 * 1024;
const MAX_KEYS = 100;

/**
 * Fetches an issuer's published keys. A configured address is the only one ever asked, and nothing is discovered then;
 * else the address comes from the discovery document (OIDC Discovery section 4), or is `/.well-known/jwks.json` where
 * there is none. At most 3 s and 1 MB, no redirects, https only. A discovered address that worked is asked directly the
 * next time and forgotten when it fails.
 */
export class KeySetClient {
  readonly #issuer: string;
  readonly #base: string;
  readonly #configured?: string;
  #discovered?: string;

  constructor(issuer: string, configured?: string) {
    this.#issuer = issuer;
    this.#configured = configured;
    this.#base = issuer.replace(/\/$/, '');
  }

  /** @throws DocumentUnavailable */
  async fetchKeys(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const { keys } = await this.#fetchObject(this.#configured ?? (await this.#address(signal)), signal);
      if (!Array.isArray(keys)) throw new DocumentUnavailable('the key set has no keys member');
      if (keys.length > MAX_KEYS) throw new DocumentUnavailable(`the key set has more than ${MAX_KEYS} keys`);
      return keys.filter((key) => typeof key === 'object' && key !== null);
    } catch (error) {
      this.#discovered = undefined;
      throw error;
    }
  }

  async #address(signal: AbortSignal): Promise<string> {
    this.#discovered ??= await this.#discover(signal);
    return this.#discovered;
  }

  async #discover(signal: AbortSignal): Promise<string> {
    try {
      const document = await this.#fetchObject(`${this.#base}/.well-known/openid-configuration`, signal);
      // SECURITY: a document that speaks for another issuer must not say where this issuer's keys are (RFC 8414 section 3.3).
      if (document.issuer !== this.#issuer)
        throw new DocumentUnavailable('the discovery document names another issuer');
      if (typeof document.jwks_uri !== 'string')
        throw new DocumentUnavailable('the discovery document has no jwks_uri');
      return document.jwks_uri;
    } catch (error) {
      if (error instanceof DocumentUnavailable && error.absent) return `${this.#base}/.well-known/jwks.json`;
      throw error;
    }
  }

  async #fetchObject(address: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    if (!this.#isSecure(address)) throw new DocumentUnavailable('the address of the keys is not https');
    return parseObject(await fetchText(address, { signal, maxBytes: MAX_BYTES }));
  }

  /** https, or what the configuration has judged: an address given there, and the origin of an issuer on loopback. */
  #isSecure(address: string): boolean {
    if (address === this.#configured) return true;
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '') return false;
    return url.protocol === 'https:' || url.origin === new URL(this.#issuer).origin;
  }
}
