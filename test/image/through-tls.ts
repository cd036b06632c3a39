import { request } from 'node:https';
import { Readable } from 'node:stream';
import type { Fetch } from '../support/clients.js';

/** A `fetch` that trusts one authority and finds every name at one port of this machine. */
export function fetchThroughTls(port: number, ca: string): Fetch {
  return (url, init = {}) =>
    new Promise((resolve, reject) => {
      const { hostname, pathname, search, host } = new URL(url);
      const headers = { ...Object.fromEntries(new Headers(init.headers)), host };
      const to = { host: '127.0.0.1', port, servername: hostname, path: `${pathname}${search}`, ca, agent: false };
      const { method = 'GET', body, signal } = init;
      const sent = request({ ...to, method, headers, ...(signal && { signal }) }, (answer) => {
        const { statusCode = 0, headers: given } = answer;
        const fields = Object.entries(given).map(([name, value = '']): [string, string] => [name, String(value)]);
        const content = statusCode === 204 ? null : (Readable.toWeb(answer) as ReadableStream);
        resolve(new Response(content, { status: statusCode, headers: fields }));
      });
      sent.once('error', reject);
      sent.end(typeof body === 'string' ? body : undefined);
    });
}
