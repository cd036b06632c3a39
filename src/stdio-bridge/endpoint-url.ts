import { isIP } from 'node:net';
import { Failure } from './failure.js';

const EXAMPLE = 'for example https://mcp.example.com';

/** Where the server is, from `MCP_SERVER_URL`. */
export interface Endpoint {
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** As a Host header names it. */
  readonly authority: string;
  /** Path and query of the MCP endpoint. */
  readonly path: string;
  /** Path of the health endpoint beside it. */
  readonly healthPath: string;
  /** How it is told to people: without the query, which may hold a secret. */
  readonly shown: string;
}

/**
 * Reads `MCP_SERVER_URL`: a full URL, or an origin to which `/mcp` is appended.
 * @throws Failure in words when it is missing, no URL, holds a credential, or would send the key unencrypted
 */
export function parseEndpoint(value: string | undefined): Endpoint {
  if (value === undefined || value.trim() === '') throw problem(`MCP_SERVER_URL is not set. Set it, ${EXAMPLE}.`);
  const url = parseUrl(value.trim());
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw problem(`MCP_SERVER_URL is not a URL that begins with https://. Correct it, ${EXAMPLE}.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw problem('MCP_SERVER_URL holds a user or password. Take it out and put the key into MCP_API_KEY.');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'https:';
  // SECURITY: the key goes with every request.
  if (!secure && !isLoopback(host)) {
    throw problem('MCP_SERVER_URL begins with http://, which would send the API key unencrypted. Use https://.');
  }
  const path = url.pathname === '/' ? '/mcp' : url.pathname;
  return {
    secure,
    host,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    path: path + url.search,
    healthPath: path.endsWith('/mcp') ? path.replace(/mcp$/, 'health') : '/health',
    shown: url.origin + path,
  };
}

function parseUrl(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function problem(words: string): Failure {
  return new Failure('configuration', words);
}
