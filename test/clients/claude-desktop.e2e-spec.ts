import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Stack, startStack, usersOf } from '../support/stack.js';
import { stdioServer } from './example-files.js';
import { withoutNpx } from './installed-program.js';
import { connectStdioV1 } from './stdio-client.js';

let stack: Stack;
let home: string;

beforeAll(async () => {
  stack = await startStack();
  home = mkdtempSync(join(tmpdir(), 'claude-desktop-'));
});
afterAll(async () => {
  await stack.close();
  rmSync(home, { recursive: true, force: true });
});

/** Which variable of the example holds the credential, and how. */
const PROGRAMS = [
  ['claude-desktop.api-key.json', (token: string) => ({ MCP_API_KEY: token })],
  ['mcp-remote.api-key.json', (token: string) => ({ AUTHORIZATION: `Bearer ${token}` })],
] as const;

describe('what Claude Desktop starts', () => {
  it.each(PROGRAMS)(
    'of %s reaches the server with its arguments and variables as they stand [E2]',
    async (name, key) => {
      stack.aws.calls.clear();
      const server = withoutNpx(stdioServer(name, stack.endpoint));
      const filledIn = key(await stack.token('alice'));
      expect(Object.keys(server.env ?? {})).toEqual(expect.arrayContaining(Object.keys(filledIn)));
      const client = await connectStdioV1({ ...server, env: { ...server.env, ...filledIn } }, { home });
      onTestFinished(() => client.close());
      expect(await client.tools()).toContain('get_active_alarms');
      expect((await client.call('get_active_alarms', {})).isError).toBeFalsy();
      expect(usersOf(stack.aws, 'DescribeAlarms')).toEqual(['CloudWatchReader/alice']);
    },
  );
});
