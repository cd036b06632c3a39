/** Time for everything one refresh does: connecting, both documents, their bodies. */
const DEADLINE_MS = 3000;
const MAX_BYTES = 1024 * 1024;
const MAX_KEYS = 100;

/** A document could not be had. The message is for the operator and names neither address nor content. */
export class DocumentUnavailable extends Error {
  constructor(
    message: string,
    /** The status, when the other side answered. */
    readonly status?: number,
  ) {
    super(message);
    this.name = 'DocumentUnavailable';
  }
}

/**
 * Fetches an issuer's published keys: the address comes from its discovery document (OIDC Discovery section 4), or is
 * `/.well-known/jwks.json` where there is none. At most 3 s and 1 MB, no redirects, https only. An address that worked is asked directly the next time and forgotten when it fails.
 */
export class KeySetClient {
  readonly #issuer: string;
  readonly #base: string;
  #address?: string;

  constructor(issuer: string) {
    this.#issuer = issuer;
    this.#base = issuer.replace(/\/$/, '');
  }

  /** @throws DocumentUnavailable */
  async fetchKeys(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      this.#address ??= await this.#discover(signal);
      const { keys } = await this.#fetchObject(this.#address, signal);
      if (!Array.isArray(keys)) throw new DocumentUnavailable('the key set has no keys member');
      if (keys.length > MAX_KEYS) throw new DocumentUnavailable(`the key set has more than ${MAX_KEYS} keys`);
      return keys.filter((key) => typeof key === 'object' && key !== null);
    } catch (error) {
      this.#address = undefined;
      throw error;
    }
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
      const absent =
        error instanceof DocumentUnavailable && error.status !== undefined && error.status >= 400 && error.status < 500;
      if (absent) return `${this.#base}/.well-known/jwks.json`;
      throw error;
    }
  }

  async #fetchObject(address: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    if (!this.#isSecure(address)) throw new DocumentUnavailable('the address of the keys is not https');
    try {
      const response = await fetch(address, { signal, redirect: 'manual', headers: { accept: 'application/json' } });
      const text = await readText(response);
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null) throw new DocumentUnavailable('the answer is no JSON object');
      return value as Record<string, unknown>;
    } catch (error) {
      throw unavailable(error, signal);
    }
  }

  /** https, or the origin of the issuer itself: an issuer without https is on loopback, the configuration sees to that. */
  #isSecure(address: string): boolean {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '') return false;
    return url.protocol === 'https:' || url.origin === new URL(this.#issuer).origin;
  }
}

async function readText(response: Response): Promise<string> {
  if (response.status !== 200) {
    await response.body?.cancel();
    const redirected = response.status >= 300 && response.status < 400;
    throw new DocumentUnavailable(redirected ? 'redirect refused' : `status ${response.status}`, response.status);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new DocumentUnavailable('the answer is larger than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unavailable(error: unknown, signal: AbortSignal): DocumentUnavailable {
  if (error instanceof DocumentUnavailable) return error;
  if (signal.aborted) return new DocumentUnavailable(`no complete answer within ${DEADLINE_MS} ms`);
  if (error instanceof SyntaxError) return new DocumentUnavailable('the answer is not JSON');
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
  return new DocumentUnavailable(`the request failed: ${code}`);
}
