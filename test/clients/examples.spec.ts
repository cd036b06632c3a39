import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { claudeCode, claudeDesktop, cursor, goose, inspector, vsCode, windsurf } from './client-schemas.js';
import { EXAMPLE_ENDPOINT, example, exampleNames } from './example-files.js';

type Planted = readonly [name: string, mistake: string, planted: (text: string) => string];

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'claude-code': claudeCode,
  'claude-desktop': claudeDesktop,
  cursor,
  goose,
  inspector,
  'mcp-remote': claudeDesktop,
  vscode: vsCode,
  windsurf,
};

const clientOf = (name: string): string => name.split('.')[0] ?? '';
const schemaOf = (name: string): z.ZodType => SCHEMAS[clientOf(name)] as z.ZodType;

const LIBRECHAT = ['librechat.api-key.yaml', 'librechat.oauth.yaml', 'librechat.sso.yaml'];
const NAMES = exampleNames().filter((name) => !LIBRECHAT.includes(name));

const swap =
  (from: string, to: string) =>
  (text: string): string =>
    text.replaceAll(from, to);

const PLANTED: readonly Planted[] = [
  [
    'claude-desktop.oauth.json',
    'an address, which it never connects to',
    swap('"command":"npx",', '"url":"https://x",'),
  ],
  ['claude-desktop.api-key.json', 'the arguments as one text', swap('["-y","cloudwatch-mcp-bridge"]', '"-y bridge"')],
  ['mcp-remote.api-key.json', 'a header with a space in the arguments', swap('"Authorization:$', '"Authorization: $')],
  ['claude-code.oauth.json', 'no type, which makes it a local program', swap('"type":"http",', '')],
  ['claude-code.api-key.json', "another editor's variables", swap('${CLOUD', '${env:CLOUD')],
  ['claude-code.client-id.json', 'a port as text', swap('8080', '"8080"')],
  ['vscode.oauth.json', 'mcpServers in place of servers', swap('"servers"', '"mcpServers"')],
  ['vscode.api-key.json', 'an input that nobody asks for', swap('${input:key}', '${input:token}')],
  ['vscode.client-id.json', 'the name of another client for its id', swap('clientId', 'client_id')],
  ['cursor.oauth.json', 'servers in place of mcpServers', swap('"mcpServers"', '"servers"')],
  ['cursor.api-key.json', 'variables of a shell', swap('${env:', '${')],
  ['cursor.client-id.json', 'oauth in place of auth', swap('"auth"', '"oauth"')],
  ['windsurf.oauth.json', 'another name for the address', swap('serverUrl', 'httpUrl')],
  ['windsurf.api-key.json', 'variables of a shell', swap('${env:', '${')],
  ['goose.oauth.yaml', 'url in place of uri', swap('"uri"', '"url"')],
  ['goose.oauth.yaml', 'a transport it no longer has', swap('streamable_http', 'sse')],
  ['goose.api-key.yaml', 'a key that it is not told to read', swap('"env_keys":["CLOUD', '"env_keys":["OTHER')],
  ['inspector.json', 'an era by its revision', swap('"modern"', '"2026-07-28"')],
];

describe('an example for a client', () => {
  it.each(NAMES)('%s is what its client reads, to the last member [E2]', (name) => {
    const parsed = schemaOf(name).safeParse(example(name));
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(JSON.stringify(example(name))).toContain(EXAMPLE_ENDPOINT);
  });

  it('exists for every client and way that has one [E2]', () => {
    expect([...new Set(exampleNames().map(clientOf))]).toEqual([...Object.keys(SCHEMAS), 'librechat'].sort());
    const ways = ['claude-code', 'claude-desktop', 'cursor', 'vscode', 'windsurf', 'goose'];
    for (const client of ways) {
      for (const way of ['oauth', 'api-key'])
        expect(NAMES.some((name) => name.startsWith(`${client}.${way}.`))).toBe(true);
    }
    expect(exampleNames()).toEqual(expect.arrayContaining(LIBRECHAT));
  });

  it.each(PLANTED)('%s with %s is caught', (name, _mistake, planted) => {
    const before = JSON.stringify(example(name));
    const after = planted(before);
    expect(after).not.toBe(before);
    expect(schemaOf(name).safeParse(JSON.parse(after)).success).toBe(false);
  });

  it('holds no key and no token, only the place of one', () => {
    for (const name of exampleNames()) {
      const secrets = JSON.stringify(example(name)).match(/Bearer [^"]+|"MCP_API_KEY":"[^"]*"/g) ?? [];
      for (const secret of secrets) expect(secret).toMatch(/\$\{?|\{\{|your.API.key/);
    }
  });
});
