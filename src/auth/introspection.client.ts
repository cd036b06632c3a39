import type { IntrospectionSettings } from '../config/introspection-settings.js';
import { DEADLINE_MS, DocumentUnavailable, fetchText, parseObject } from './bounded-fetch.client.js';
import { parseStrictObject } from './strict-json.js';
import type { Claims } from './token-shape.js';

const MAX_BYTES = 64 * 1024;

/**
 * Asks an authorization server what a token is (RFC 7662), as the configured client. At most 3 s for discovery and
 * answer together and 64 KB, no redirects, https only. A discovered address is forgotten when it fails.
 */
export class IntrospectionClient {
  readonly #settings: IntrospectionSettings;
  readonly #authorization: string;
  #discovered?: string;

  constructor(settings: IntrospectionSettings) {
    this.#settings = settings;
    const client = [settings.clientId, settings.clientSecret].map(formEncoded).join(':');
    this.#authorization = `Basic ${Buffer.from(client).toString('base64')}`;
  }

  /** What is said of the token. @throws DocumentUnavailable unless it is one JSON object */
  async introspect(token: string): Promise<Claims> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const body = new URLSearchParams({ token, token_type_hint: 'access_token' });
      const headers = { authorization: this.#authorization };
      const init = { method: 'POST', headers, body };
      const answer = await fetchText(await this.#address(signal), { signal, maxBytes: MAX_BYTES, init });
      const claims = parseStrictObject(answer);
      if (claims === undefined) throw new DocumentUnavailable('the answer is not one JSON object');
      return claims;
    } catch (error) {
      this.#discovered = undefined;
      throw clientRefused(error) ? new DocumentUnavailable(CLIENT_REFUSED) : error;
    }
  }

  async #address(signal: AbortSignal): Promise<string> {
    this.#discovered ??= this.#settings.endpoint ?? (await this.#discover(signal));
    return this.#discovered;
  }

  async #discover(signal: AbortSignal): Promise<string> {
    const { issuer } = this.#settings;
    const document = await this.#metadata(signal);
    // SECURITY: a document that speaks for another server must not say where tokens are sent (RFC 8414 section 3.3).
    if (document.issuer !== issuer) throw new DocumentUnavailable('the metadata names another issuer');
    const { introspection_endpoint: endpoint } = document;
    if (typeof endpoint !== 'string' || !isSecure(endpoint, issuer)) {
      throw new DocumentUnavailable('the metadata has no https introspection_endpoint; set OAUTH_INTROSPECTION_URL');
    }
    return endpoint;
  }

  /** RFC 8414 section 3.1 puts the well-known name before the issuer's path, OIDC Discovery section 4 behind it. */
  async #metadata(signal: AbortSignal): Promise<Claims> {
    const { origin, pathname } = new URL(this.#settings.issuer);
    const path = pathname.replace(/\/$/, '');
    const read = async (address: string): Promise<Claims> =>
      parseObject(await fetchText(address, { signal, maxBytes: MAX_BYTES }));
    try {
      return await read(`${origin}/.well-known/oauth-authorization-server${path}`);
    } catch (error) {
      if (!(error instanceof DocumentUnavailable) || !error.absent) throw error;
      return read(`${origin}${path}/.well-known/openid-configuration`);
    }
  }
}

const CLIENT_REFUSED =
  'the authorization server refuses this client: check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, and that the client may introspect';

function clientRefused(error: unknown): boolean {
  return error instanceof DocumentUnavailable && (error.status === 401 || error.status === 403);
}

/** https, or the origin of an issuer on loopback. */
function isSecure(address: string, issuer: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || url.origin === new URL(issuer).origin;
}

/** A part of client credentials, as `application/x-www-form-urlencoded` writes it (RFC 6749 section 2.3.1). */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
