import { describe, expect, it } from 'vitest';
import { takeOptions } from './options.js';

const MCP_SERVER_URL = 'https://mcp.example.com';

describe('takeOptions', () => {
  it('takes the key out of the environment, even when something else is wrong', () => {
    const env = { MCP_SERVER_URL, MCP_API_KEY: 'secret' };
    expect(takeOptions(env).key).toEqual({ from: 'MCP_API_KEY', key: 'secret' });
    const wrong = { MCP_SERVER_URL: 'nonsense', MCP_API_KEY: 'secret' };
    expect(() => takeOptions(wrong)).toThrow('MCP_SERVER_URL');
    expect([env, wrong].map((each) => 'MCP_API_KEY' in each)).toEqual([false, false]);
  });

  it('has defaults', () => {
    expect(takeOptions({ MCP_SERVER_URL })).toMatchObject({
      key: undefined,
      verifyTls: true,
      timeoutMs: 300_000,
      proxy: undefined,
    });
  });

  it.each([
    ['false', false],
    ['FALSE', true],
    ['0', true],
    ['no', true],
    [' false', true],
    ['', true],
    ['true', true],
  ])('MCP_VERIFY_TLS=%j: %s', (value, verifyTls) => {
    expect(takeOptions({ MCP_SERVER_URL, MCP_VERIFY_TLS: value }).verifyTls).toBe(verifyTls);
  });

  it.each(['0', '3601', '-1', '1.5', 'ten', '1e3'])('refuses MCP_TIMEOUT_SECONDS=%s', (value) => {
    expect(() => takeOptions({ MCP_SERVER_URL, MCP_TIMEOUT_SECONDS: value })).toThrow('MCP_TIMEOUT_SECONDS');
  });

  it('refuses two sources of the key, naming neither value', () => {
    const env = { MCP_SERVER_URL, MCP_API_KEY_FILE: '/a', MCP_API_KEY_COMMAND: 'b' };
    expect(() => takeOptions(env)).toThrow(/^Set only one of/);
  });

  it('knows proxies by either spelling', () => {
    expect(takeOptions({ MCP_SERVER_URL, https_proxy: 'http://p:1' }).proxy?.host).toBe('p:1');
    expect(takeOptions({ MCP_SERVER_URL, HTTPS_PROXY: 'http://p:1', no_proxy: '*' }).proxy).toBeUndefined();
  });
});
