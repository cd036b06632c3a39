import { configSchema } from 'librechat-data-provider';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readProjectFile } from '../contract/markdown.js';
import { EXAMPLES, example, parseExample } from './example-files.js';

/** LibreChat's own variables that the examples use, as its deployment sets them. */
const VARIABLES = {
  OAUTH_CLIENT_ID: 'librechat',
  OAUTH_CLIENT_SECRET: 'canary',
  OAUTH_REDIRECT_URI: 'https://chat.example.com/api/mcp/cloudwatch/oauth/callback',
};

/** Of danny-avila/LibreChat packages/api/src/utils/{env,oidc}.ts, read 2026-11-20; those a header here may need. */
const PLACEHOLDERS = new Set(['LIBRECHAT_OPENID_ACCESS_TOKEN', 'LIBRECHAT_BODY_CONVERSATIONID']);

beforeAll(() => {
  for (const [name, value] of Object.entries(VARIABLES)) vi.stubEnv(name, value);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** Everything that LibreChat refuses, leaves out without a word, or would send as it stands. */
function mistakes(config: unknown): string[] {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return [...dropped(config, parsed.data), ...unreplaced(config)];
}

function dropped(given: unknown, kept: unknown, path = ''): string[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const left = (kept as Readonly<Record<string, unknown>> | undefined)?.[name];
    return left === undefined ? [`${at} is dropped`] : dropped(value, left, at);
  });
}

function unreplaced(config: unknown): string[] {
  const { mcpServers } = config as { mcpServers: Record<string, { headers?: object; customUserVars?: object }> };
  return Object.values(mcpServers).flatMap(({ headers = {}, customUserVars = {} }) =>
    Object.entries(headers).flatMap(([name, value]: [string, string]) => {
      const known = value.replaceAll(/\{\{(\w+)\}\}/g, (all, variable: string) =>
        PLACEHOLDERS.has(variable) || variable in customUserVars ? '' : all,
      );
      return /[{}]/.test(known) ? [`${name} is sent as it stands`] : [];
    }),
  );
}

const NAMES = ['librechat.oauth.yaml', 'librechat.sso.yaml', 'librechat.api-key.yaml'];

/** With the lines that are commented out taken in: a comment that is a member and nothing else. */
function uncommented(name: string): unknown {
  const text = readProjectFile(`${EXAMPLES}/${name}`);
  return parseExample(name, text.replaceAll(/^(\s*)# (\s*[a-zA-Z_]+:(?: \S+)?)$/gm, '$1$2'));
}

interface Server {
  readonly url: string;
  readonly oauth?: Readonly<Record<string, unknown>>;
}
const serverOf = (config: unknown): Server => (config as { mcpServers: { cloudwatch: Server } }).mcpServers.cloudwatch;

describe('an example for LibreChat', () => {
  it.each(NAMES)('%s is accepted by its schema, which drops nothing of it [E2]', (name) => {
    expect(mistakes(example(name))).toEqual([]);
  });

  it('names the quirks of Cognito, Entra ID and Auth0 by members that exist [E2]', () => {
    const whole = uncommented('librechat.oauth.yaml');
    expect(mistakes(whole)).toEqual([]);
    expect(whole).toMatchObject({ mcpSettings: { allowedAddresses: ['mcp.example.com:443'] } });
    expect(serverOf(whole).oauth).toMatchObject({
      skip_code_challenge_check: true,
      forward_audience_on_refresh: false,
      send_resource_parameter: false,
      audience: serverOf(whole).url,
    });
  });

  it('waits as long as a query may take, and for nobody at start', () => {
    for (const name of NAMES)
      expect(serverOf(example(name))).toMatchObject({ startup: false, serverInstructions: true, timeout: 120_000 });
  });
});

describe('a mistake LibreChat says nothing of', () => {
  const url = 'https://mcp.example.com/mcp';
  const configOf = (server: object): object => ({
    version: '1.3.17',
    mcpServers: { cloudwatch: { type: 'streamable-http', url, ...server } },
  });

  it('is caught: an auth block, of which nothing is read [E2]', () => {
    const auth = { type: 'oauth', tokenEndpoint: 'https://login.example.com/token', clientId: 'a', scopes: ['openid'] };
    expect(mistakes(configOf({ auth }))).toEqual(['mcpServers.cloudwatch.auth is dropped']);
  });

  it('is caught: a name within oauth that it does not know', () => {
    expect(mistakes(configOf({ oauth: { client_id: 'a', clientId: 'a', scopes: ['a'] } }))).toEqual([
      'mcpServers.cloudwatch.oauth.clientId is dropped',
      'mcpServers.cloudwatch.oauth.scopes is dropped',
    ]);
  });

  it('is caught: a placeholder it does not replace', () => {
    for (const value of ['Bearer {oauth_token}', 'Bearer {{OAUTH_TOKEN}}', 'Bearer {{CLOUDWATCH_MCP_API_KEY}}'])
      expect(mistakes(configOf({ headers: { Authorization: value } }))).toEqual(['Authorization is sent as it stands']);
  });

  it('is refused by its schema: a secret without both addresses, a time-out that is a text', () => {
    expect(mistakes(configOf({ oauth: { client_id: 'a', client_secret: 'b' } }))).not.toEqual([]);
    expect(mistakes(configOf({ timeout: '120000' }))).not.toEqual([]);
  });
});
