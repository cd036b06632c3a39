import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from './failure.js';

/** What the words name: nothing that is secret, nothing that came from outside. */
export interface Place {
  /** The endpoint without its query. */
  readonly shown: string;
  /** Which variable gave the key; undefined when there is none. */
  readonly keyVariable: string | undefined;
}

const DEFAULT_RETRY_SECONDS = 60;
const MAX_RETRY_SECONDS = 86_400;

/** A failure for each status of the server but success. */
export function statusFailure(status: number, headers: IncomingHttpHeaders, place: Place, now: number): Failure {
  const facts = { status };
  if (status >= 300 && status < 400) {
    return new Failure(
      'redirect',
      `${place.shown} redirects to another address (${status}), which is not followed because the key would go there. ` +
        'Set MCP_SERVER_URL to the final address.',
      facts,
    );
  }
  switch (status) {
    case 401:
      return unauthorized(place);
    case 403:
      return new Failure(
        'forbidden',
        'The server does not allow this (403). Ask whoever runs it whether the key may be used for this and from here.',
        facts,
      );
    case 404:
    case 405:
      return new Failure(
        'not_found',
        `There is no MCP endpoint at ${place.shown} (${status}). Check the path in MCP_SERVER_URL; it usually ends in /mcp.`,
        facts,
      );
    case 413:
      return new Failure(
        'too_large',
        'The server does not take a message of this size (413). Send less at once.',
        facts,
      );
    case 429:
      return tooManyRequests(headers, now);
    case 502:
    case 503:
    case 504:
      return unavailable(status, headers, now);
    default:
      return other(status);
  }
}

/** A failure for a connection that could not be made, by the code Node gives: the server saw nothing of the request. */
export function connectFailure(code: string, host: string, port: number): Failure {
  return (
    certificateFailure(code, host) ??
    tlsFailure(code, host, port) ??
    dnsFailure(code, host) ??
    new Failure(
      'unreachable',
      `Nothing answers at ${host} port ${port} (${code}). Check MCP_SERVER_URL and that the server runs; ` +
        'behind a proxy, set HTTPS_PROXY.',
      { repeat: 'safe' },
    )
  );
}

/** A failure for a connection that did not last until the answer. */
export function lostFailure(code: string, { shown }: Place): Failure {
  if (code.startsWith('HPE_')) return notMcp(`${shown} does not answer in HTTP`);
  return new Failure(
    'connection_lost',
    'The connection broke before the answer came; the server may have restarted. ' +
      'Whether the request was carried out is not known. Repeat it if that does no harm.',
    { repeat: 'idempotent' },
  );
}

/** A failure for an answer that is no MCP message; `what` is a sentence without its end. */
export function notMcp(what: string, status?: number): Failure {
  const words = `${what}. Check MCP_SERVER_URL; a sign-in page or a portal may stand in between.`;
  return new Failure('not_mcp', words, status === undefined ? {} : { status });
}

export function timeoutFailure(limit: number): Failure {
  return new Failure(
    'timeout',
    `No answer within ${seconds(limit)}, so the request was given up. Ask for less, such as a shorter time range, ` +
      'or set MCP_TIMEOUT_SECONDS.',
  );
}

export function tooLargeFailure(limit: number): Failure {
  return new Failure(
    'too_large',
    `The answer is larger than ${limit / 1e6} MB. Ask for less, such as a shorter time range or a smaller limit.`,
  );
}

function unauthorized({ shown, keyVariable }: Place): Failure {
  const words =
    keyVariable === undefined
      ? 'The server asks for an API key (401) and none is set. ' +
        'Set MCP_API_KEY, MCP_API_KEY_FILE or MCP_API_KEY_COMMAND and restart the client.'
      : `The server refused the API key (401). Check that ${keyVariable} is current and made for ${shown}, ` +
        'or ask whoever runs the server for a new one.';
  return new Failure('unauthorized', words, { status: 401 });
}

function tooManyRequests(headers: IncomingHttpHeaders, now: number): Failure {
  const retryAfterSeconds = retryAfter(headers, now) ?? DEFAULT_RETRY_SECONDS;
  const words = `The server has had too many requests (429). Try again in ${seconds(retryAfterSeconds)}.`;
  return new Failure('rate_limited', words, { status: 429, retryAfterSeconds });
}

function unavailable(status: number, headers: IncomingHttpHeaders, now: number): Failure {
  const retryAfterSeconds = retryAfter(headers, now);
  const when = retryAfterSeconds === undefined ? 'shortly' : `in ${seconds(retryAfterSeconds)}`;
  return new Failure('unavailable', `The server is not available at the moment (${status}). Try again ${when}.`, {
    status,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function other(status: number): Failure {
  if (status >= 500) {
    const words = `The server failed while it handled the request (${status}). Try again; if it stays so, tell whoever runs it.`;
    return new Failure('server_failure', words, { status });
  }
  const words = `The server refused the request (${status}). Check that client, bridge and server are current.`;
  return new Failure('refused', words, { status });
}

function seconds(count: number): string {
  return count === 1 ? 'a second' : `${count} seconds`;
}

/** Retry-After as seconds or as a date (RFC 9110 section 10.2.3). */
function retryAfter({ 'retry-after': value = '' }: IncomingHttpHeaders, now: number): number | undefined {
  const date = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN;
  const after = /^\d{1,9}$/.test(value) ? Number(value) : Math.ceil((date - now) / 1000);
  return Number.isFinite(after) ? Math.min(Math.max(after, 1), MAX_RETRY_SECONDS) : undefined;
}

const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|CERT_|INVALID_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/;

function certificateFailure(code: string, host: string): Failure | undefined {
  if (!UNTRUSTED.test(code)) return undefined;
  const words =
    code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID'
      ? `The certificate of ${host} is not valid now (${code}). Check the clock of this computer; ` +
        'if it is right, whoever runs the server must renew the certificate.'
      : code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? `The certificate of ${host} is for another name (${code}). Check the host in MCP_SERVER_URL.`
        : `${host} presents a certificate this computer does not trust (${code}). ` +
          'Set NODE_EXTRA_CA_CERTS=/path/to/company-ca.pem (or, on Node 22.15 and newer, NODE_OPTIONS=--use-system-ca) ' +
          'and restart the client.';
  return new Failure('certificate', words);
}

function tlsFailure(code: string, host: string, port: number): Failure | undefined {
  if (code !== 'EPROTO' && !/^ERR_(SSL|TLS)_/.test(code)) return undefined;
  return new Failure('tls', `No TLS connection to ${host} port ${port} (${code}). Check the port in MCP_SERVER_URL.`);
}

function dnsFailure(code: string, host: string): Failure | undefined {
  if (code !== 'ENOTFOUND' && code !== 'EAI_AGAIN' && code !== 'ENODATA' && code !== 'EAI_FAIL') return undefined;
  const words =
    `The name ${host} cannot be resolved (${code}). Check MCP_SERVER_URL, your network, VPN and DNS; ` +
    'behind a proxy, set HTTPS_PROXY.';
  return new Failure('dns', words, { repeat: code === 'EAI_AGAIN' ? 'safe' : 'never' });
}
