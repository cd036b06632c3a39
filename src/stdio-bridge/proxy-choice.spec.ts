import { describe, expect, it } from 'vitest';
import { parseEndpoint } from './endpoint-url.js';
import { chooseProxy } from './proxy-choice.js';

const used = (url: string, proxy: string, noProxy?: string): string | undefined =>
  chooseProxy(parseEndpoint(url), { proxy, noProxy })?.href;

describe('chooseProxy', () => {
  it.each([
    ['http://proxy:8080', 'http://proxy:8080/'],
    ['proxy:8080', 'http://proxy:8080/'],
    ['https://u:p@proxy', 'https://u:p@proxy/'],
    ['  ', undefined],
  ])('HTTPS_PROXY=%s', (proxy, expected) => {
    expect(used('https://mcp.example.com', proxy)).toBe(expected);
  });

  it.each([
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['MCP.Example.com', true],
    ['other.com, mcp.example.com:8443', true],
    ['mcp.example.com:443', false],
    ['ample.com', false],
    ['cp.example.com', false],
    ['*', true],
    ['', false],
  ])('NO_PROXY=%s excepts https://mcp.example.com:8443: %s', (noProxy, excepted) => {
    expect(used('https://mcp.example.com:8443', 'http://proxy', noProxy) === undefined).toBe(excepted);
  });

  it('excepts addresses', () => {
    expect(used('https://[fd00::1]', 'http://proxy', 'fd00::1')).toBeUndefined();
    expect(used('https://10.0.0.1', 'http://proxy', '10.0.0.1')).toBeUndefined();
    expect(used('https://10.0.0.1', 'http://proxy', '10.0.0.10')).toBe('http://proxy/');
  });

  it('never sends the plain http of this computer through a proxy', () => {
    expect(used('http://localhost:3334', 'http://proxy')).toBeUndefined();
  });

  it.each(['socks5://proxy', 'http://', '::'])('refuses %s without repeating it', (proxy) => {
    expect(() => used('https://mcp.example.com', proxy)).toThrow(/^HTTPS_PROXY is not the address of an HTTP proxy/);
  });
});
