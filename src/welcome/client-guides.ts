/** How callers of this server prove who they are. */
export interface WaysIn {
  readonly signIn: boolean;
  readonly apiKeys: boolean;
}

/** Something to copy, or a link that sets the client up. */
export interface Snippet {
  readonly title: string;
  readonly text: string;
}

/** How one client is connected. */
export interface ClientGuide {
  readonly name: string;
  readonly summary: string;
  readonly install?: { readonly label: string; readonly href: string };
  readonly snippets: readonly Snippet[];
}

const NAME = 'cloudwatch';
const KEY = 'CLOUDWATCH_MCP_API_KEY';

/** The clients people use, each set up for this server and the ways in that it has. */
export function clientGuides(endpoint: string, ways: WaysIn): readonly ClientGuide[] {
  return [
    claudeCode(endpoint, ways),
    claudeDesktop(endpoint, ways),
    vsCode(endpoint, ways),
    cursor(endpoint, ways),
    libreChat(endpoint, ways),
    scripts(endpoint, ways),
  ];
}

/** The snippet for sign-in (or for nobody having to) and the one for an API key, as far as the server takes either. */
function snippets(
  { signIn, apiKeys }: WaysIn,
  where: string,
  plain: string,
  withKey: string,
  keyNote = '',
): readonly Snippet[] {
  return [
    ...(keyOnly({ signIn, apiKeys }) ? [] : [{ title: where, text: plain }]),
    ...(apiKeys ? [{ title: `${where}, with an API key${keyNote}`, text: withKey }] : []),
  ];
}

/** A link cannot carry a key, and should not. */
function keyOnly({ signIn, apiKeys }: WaysIn): boolean {
  return apiKeys && !signIn;
}

function vsCodeSummary(ways: WaysIn): string {
  if (ways.signIn) return 'It opens the sign-in page when the server is first used.';
  return keyOnly(ways) ? 'It asks for the key once and keeps it.' : 'The button or the file sets it up.';
}

const json = (value: object): string => JSON.stringify(value, null, 2);

function claudeCode(url: string, ways: WaysIn): ClientGuide {
  const add = `claude mcp add --transport http ${NAME} ${url}`;
  return {
    name: 'Claude Code',
    summary: ways.signIn ? 'Run the command, then /mcp to sign in.' : 'Run the command.',
    snippets: snippets(ways, 'Terminal', add, `${add} \\\n  --header "Authorization: Bearer $${KEY}"`),
  };
}

function claudeDesktop(url: string, ways: WaysIn): ClientGuide {
  const program = (args: readonly string[], env?: object): string =>
    json({ mcpServers: { [NAME]: { command: 'npx', args: ['-y', ...args], ...(env && { env }) } } });
  return {
    name: 'Claude Desktop',
    summary:
      'Settings, Connectors, Add custom connector: paste the address. A server that the Internet cannot reach is connected through claude_desktop_config.json instead.',
    snippets: snippets(
      ways,
      'claude_desktop_config.json',
      program(['mcp-remote', url]),
      program(['cloudwatch-mcp-bridge'], { MCP_SERVER_URL: url, MCP_API_KEY: 'your API key' }),
    ),
  };
}

function vsCode(url: string, ways: WaysIn): ClientGuide {
  const server = { type: 'http', url };
  const input = { type: 'promptString', id: 'key', description: 'API key', password: true };
  const withKey = { ...server, headers: { Authorization: 'Bearer ${input:key}' } };
  const install = encodeURIComponent(JSON.stringify({ name: NAME, ...server }));
  return {
    name: 'VS Code',
    summary: vsCodeSummary(ways),
    ...(!keyOnly(ways) && { install: { label: 'Add to VS Code', href: `vscode:mcp/install?${install}` } }),
    snippets: snippets(
      ways,
      '.vscode/mcp.json',
      json({ servers: { [NAME]: server } }),
      json({ inputs: [input], servers: { [NAME]: withKey } }),
    ),
  };
}

function cursor(url: string, ways: WaysIn): ClientGuide {
  const config = encodeURIComponent(btoa(JSON.stringify({ url })));
  const withKey = { url, headers: { Authorization: `Bearer \${env:${KEY}}` } };
  return {
    name: 'Cursor',
    summary: ways.signIn ? 'Settings, MCP shows the server and its sign-in.' : 'Settings, MCP shows the server.',
    ...(!keyOnly(ways) && {
      install: {
        label: 'Add to Cursor',
        href: `cursor://anysphere.cursor-deeplink/mcp/install?name=${NAME}&config=${config}`,
      },
    }),
    snippets: snippets(
      ways,
      '~/.cursor/mcp.json',
      json({ mcpServers: { [NAME]: { url } } }),
      json({ mcpServers: { [NAME]: withKey } }),
    ),
  };
}

function libreChat(url: string, ways: WaysIn): ClientGuide {
  const server = (more: string): string =>
    `mcpServers:\n  ${NAME}:\n    type: streamable-http\n    url: ${url}\n    title: CloudWatch\n    startup: false\n    serverInstructions: true\n${more}`;
  const plain = server(`    requiresOAuth: ${ways.signIn}`);
  const variable = `{ title: CloudWatch key, description: From your administrator, sensitive: true }`;
  const withKey = server(
    `    requiresOAuth: false\n    headers:\n      Authorization: "Bearer {{${KEY}}}"\n    customUserVars:\n      ${KEY}: ${variable}`,
  );
  return {
    name: 'LibreChat',
    summary: 'For its administrator; people then find the server in the chat and connect it for themselves.',
    snippets: snippets(ways, 'librechat.yaml', plain, withKey, ' of each user'),
  };
}

function scripts(url: string, { signIn, apiKeys }: WaysIn): ClientGuide {
  const header = signIn || apiKeys ? ' \\\n  -H "Authorization: Bearer $TOKEN"' : '';
  const body = `'{"name": "get_active_alarms", "arguments": {}}'`;
  return {
    name: 'Scripts',
    summary: 'One POST for each call; no MCP client is needed.',
    snippets: [
      {
        title: 'Terminal',
        text: `curl ${url}/tools/call${header} \\\n  -H "Content-Type: application/json" \\\n  -d ${body}`,
      },
    ],
  };
}
