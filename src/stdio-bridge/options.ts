import { type Endpoint, parseEndpoint } from './endpoint-url.js';
import { Failure } from './failure.js';
import type { KeySetting } from './key-source.js';
import { chooseProxy } from './proxy-choice.js';

export interface Options {
  readonly endpoint: Endpoint;
  readonly key: KeySetting | undefined;
  readonly verifyTls: boolean;
  /** Until a request is answered, whatever happens. */
  readonly timeoutMs: number;
  readonly proxy: URL | undefined;
}

const MAX_TIMEOUT_SECONDS = 3600;
const DEFAULT_TIMEOUT_SECONDS = 300;
const KEY_VARIABLES = ['MCP_API_KEY', 'MCP_API_KEY_FILE', 'MCP_API_KEY_COMMAND'] as const;

/**
 * Reads the configuration and takes the key out of `env`, so that nothing started later inherits it.
 * @throws Failure in words that name the variable and the fix, never a value that may be secret
 */
export function takeOptions(env: NodeJS.ProcessEnv): Options {
  const key = takeKey(env);
  const endpoint = parseEndpoint(env['MCP_SERVER_URL']);
  const proxy = env['HTTPS_PROXY'] ?? env['https_proxy'];
  return {
    endpoint,
    key,
    verifyTls: env['MCP_VERIFY_TLS'] !== 'false',
    timeoutMs: parseSeconds(env['MCP_TIMEOUT_SECONDS']) * 1000,
    proxy: chooseProxy(endpoint, { proxy, noProxy: env['NO_PROXY'] ?? env['no_proxy'] }),
  };
}

function takeKey(env: NodeJS.ProcessEnv): KeySetting | undefined {
  const values = KEY_VARIABLES.map((name) => env[name] ?? '');
  delete env['MCP_API_KEY'];
  const [key = '', path = '', command = ''] = values;
  if (values.filter((value) => value !== '').length > 1) {
    throw new Failure('configuration', 'Set only one of MCP_API_KEY, MCP_API_KEY_FILE and MCP_API_KEY_COMMAND.');
  }
  if (key !== '') return { from: 'MCP_API_KEY', key };
  if (path !== '') return { from: 'MCP_API_KEY_FILE', path };
  return command === '' ? undefined : { from: 'MCP_API_KEY_COMMAND', command, env: { ...env } };
}

function parseSeconds(value = ''): number {
  if (value === '') return DEFAULT_TIMEOUT_SECONDS;
  const seconds = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new Failure('configuration', `MCP_TIMEOUT_SECONDS is not a whole number from 1 to ${MAX_TIMEOUT_SECONDS}.`);
}
