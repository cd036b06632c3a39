import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, type Stack, startStack, usersOf } from '../support/stack.js';
import { HAS_CHROMIUM, signInAs, startChromium } from './chromium.js';

const PROXY = join(dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')), 'dist/proxy.js');

describe.skipIf(!HAS_CHROMIUM)('mcp-remote', () => {
  let browser: Browser;
  /** Its cache of tokens, which it keeps between runs. */
  let memory: string;
  let opened: Promise<void>[];

  beforeAll(async () => {
    browser = await startChromium();
    memory = mkdtempSync(join(tmpdir(), 'mcp-remote-'));
  });
  afterAll(async () => {
    await browser.close();
    rmSync(memory, { recursive: true, force: true });
  });

  /** A local client that knows stdio only; its user signs in as alice wherever mcp-remote asks for it. */
  async function connect({ endpoint }: Stack): Promise<Client> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [PROXY, endpoint, String(await freePort())],
      // It prints the address as well as opening it, so the opening can come to nothing.
      env: { PATH: process.env['PATH'] ?? '', HOME: memory, MCP_REMOTE_CONFIG_DIR: memory, BROWSER: '/bin/true' },
      stderr: 'pipe',
    });
    let told = '';
    transport.stderr?.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      const [, url] = /by visiting:\s+(\S+)\s/.exec(told) ?? [];
      if (url === undefined) return;
      told = '';
      opened.push(signInAs('alice', browser, new URL(url)));
    });
    const client = new Client({ name: 'e2e', version: '1.0.0' });
    onTestFinished(() => client.close());
    await client.connect(transport, { timeout: 30_000 });
    await Promise.all(opened);
    return client;
  }

  const call = async (client: Client, name: string): Promise<boolean> =>
    (await client.callTool({ name, arguments: {} }, undefined, { timeout: 30_000 })).isError !== true;

  it('signs its user in once, then lists, calls, refreshes and starts again by itself [A12][A17]', async () => {
    opened = [];
    const stack = await startStack({ accessTokenSeconds: 2 });
    onTestFinished(() => stack.close());
    const client = await connect(stack);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('get_active_alarms');
    expect(await call(client, 'get_active_alarms')).toBe(true);

    // Two seconds of life and thirty for clocks that differ.
    await new Promise((resolve) => setTimeout(resolve, 33_000));
    expect(await call(client, 'get_active_alarms')).toBe(true);
    await client.close();

    const again = await connect(stack);
    expect(await call(again, 'get_active_alarms')).toBe(true);
    expect(opened).toHaveLength(1);
    expect(usersOf(stack.aws, 'DescribeAlarms')).toEqual(['CloudWatchReader/alice']);
  });

  it('asks its user for more when a tool needs another scope [A14]', async () => {
    opened = [];
    const stack = await startStack({ env: { OAUTH_REQUIRED_SCOPES: 'cw:read', TOOL_SCOPES: 'logs=cw:query' } });
    onTestFinished(() => stack.close());
    const client = await connect(stack);
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('describe_log_groups');
    expect(await call(client, 'describe_log_groups')).toBe(true);
    await Promise.all(opened);
    expect(opened).toHaveLength(2);
    expect(stack.aws.calls.of('DescribeLogGroups')).toHaveLength(1);
  });
});
