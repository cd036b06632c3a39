import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { type ClientGuide, clientGuides } from './client-guides.js';

const URL_OF_SERVER = 'https://mcp.example.com/mcp';

const guide = (name: string, signIn: boolean, apiKeys: boolean): ClientGuide => {
  const found = clientGuides(URL_OF_SERVER, { signIn, apiKeys }).find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const texts = (name: string, signIn: boolean, apiKeys: boolean): unknown[] =>
  guide(name, signIn, apiKeys).snippets.map(({ title, text }) =>
    title.includes('yaml') ? parse(text) : title.includes('json') ? JSON.parse(text) : text,
  );

describe('clientGuides', () => {
  it.each(clientGuides(URL_OF_SERVER, { signIn: true, apiKeys: true }).map(({ name }) => name))(
    'names this server to %s in each of its ways in, and only those it has',
    (name) => {
      for (const signIn of [true, false]) {
        for (const apiKeys of [true, false]) {
          const { snippets } = guide(name, signIn, apiKeys);
          for (const { text } of snippets) expect(text).toContain(URL_OF_SERVER);
          const all = snippets.map(({ text }) => text).join('\n');
          if (!signIn && !apiKeys) expect(all).not.toMatch(/bearer|api_key/i);
          if (apiKeys) expect(all).toMatch(/bearer|api_key/i);
        }
      }
    },
  );

  it('gives LibreChat the keys of its own schema', () => {
    expect(texts('LibreChat', true, true)).toEqual([
      {
        mcpServers: {
          cloudwatch: {
            type: 'streamable-http',
            url: URL_OF_SERVER,
            title: 'CloudWatch',
            startup: false,
            serverInstructions: true,
            requiresOAuth: true,
          },
        },
      },
      {
        mcpServers: {
          cloudwatch: expect.objectContaining({
            requiresOAuth: false,
            headers: { Authorization: 'Bearer {{CLOUDWATCH_MCP_API_KEY}}' },
            customUserVars: { CLOUDWATCH_MCP_API_KEY: expect.objectContaining({ sensitive: true }) as unknown },
          }) as unknown,
        },
      },
    ]);
  });

  it('names the servers as VS Code, Cursor and Claude Desktop each want them', () => {
    expect(texts('VS Code', true, false)).toEqual([{ servers: { cloudwatch: { type: 'http', url: URL_OF_SERVER } } }]);
    expect(texts('Cursor', true, false)).toEqual([{ mcpServers: { cloudwatch: { url: URL_OF_SERVER } } }]);
    expect(texts('Claude Desktop', true, false)).toEqual([
      { mcpServers: { cloudwatch: { command: 'npx', args: ['-y', 'mcp-remote', URL_OF_SERVER] } } },
    ]);
  });

  it('makes links that VS Code and Cursor read as the same set-up', () => {
    const ofVsCode = new URL(guide('VS Code', true, true).install?.href ?? '');
    expect(ofVsCode.href).toMatch(/^vscode:mcp\/install\?/);
    expect(JSON.parse(decodeURIComponent(ofVsCode.search.slice(1)))).toEqual({
      name: 'cloudwatch',
      type: 'http',
      url: URL_OF_SERVER,
    });
    const ofCursor = new URL(guide('Cursor', true, true).install?.href ?? '');
    expect(`${ofCursor.protocol}//${ofCursor.host}${ofCursor.pathname}`).toBe(
      'cursor://anysphere.cursor-deeplink/mcp/install',
    );
    expect(ofCursor.searchParams.get('name')).toBe('cloudwatch');
    expect(JSON.parse(atob(ofCursor.searchParams.get('config') ?? ''))).toEqual({ url: URL_OF_SERVER });
  });

  it('offers no link where a key must be given', () => {
    for (const name of ['VS Code', 'Cursor']) expect(guide(name, false, true).install).toBeUndefined();
  });
});
