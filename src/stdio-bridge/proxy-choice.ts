import { isIP } from 'node:net';
import type { Endpoint } from './endpoint-url.js';
import { Failure } from './failure.js';

export interface ProxySettings {
  /** `HTTPS_PROXY`. */
  readonly proxy?: string | undefined;
  /** `NO_PROXY`. */
  readonly noProxy?: string | undefined;
}

/**
 * The proxy through which the endpoint is reached: `HTTPS_PROXY` unless `NO_PROXY` names the host. Plain http goes to
 * this computer only, and never through a proxy.
 * @throws Failure when `HTTPS_PROXY` is no http or https URL; it may hold a password and is not repeated
 */
export function chooseProxy(endpoint: Endpoint, { proxy, noProxy }: ProxySettings): URL | undefined {
  if (!endpoint.secure || proxy === undefined || proxy.trim() === '' || isExcepted(endpoint, noProxy)) return undefined;
  const text = proxy.trim();
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    if (/^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  } catch {
    // Said below.
  }
  throw new Failure('configuration', 'HTTPS_PROXY is not the address of an HTTP proxy, such as http://proxy:8080.');
}

/** `NO_PROXY`: hosts, `.suffixes` or `*.suffixes`, each with an optional port; `*` for everything. */
function isExcepted({ host, port }: Endpoint, noProxy = ''): boolean {
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*' || (isIP(entry) !== 0 && entry === host)) return true;
      const [, name = '', only] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
      if (only !== undefined && Number(only) !== port) return false;
      const suffix = name.replace(/^\*?\./, '');
      return host === suffix || host.endsWith(`.${suffix}`);
    });
}
