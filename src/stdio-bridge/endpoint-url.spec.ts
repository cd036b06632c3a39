import { describe, expect, it } from 'vitest';
import { parseEndpoint } from './endpoint-url.js';

describe('parseEndpoint', () => {
  it.each([
    ['https://mcp.example.com', 'mcp.example.com', 443, '/mcp', '/health'],
    [' https://mcp.example.com:8443/ ', 'mcp.example.com', 8443, '/mcp', '/health'],
    ['https://example.com/team/mcp', 'example.com', 443, '/team/mcp', '/team/health'],
    ['https://example.com/other?tenant=a', 'example.com', 443, '/other?tenant=a', '/health'],
    ['http://localhost:3334', 'localhost', 3334, '/mcp', '/health'],
    ['http://127.1.2.3', '127.1.2.3', 80, '/mcp', '/health'],
    ['http://[::1]:3334/mcp', '::1', 3334, '/mcp', '/health'],
  ])('%s', (url, host, port, path, healthPath) => {
    expect(parseEndpoint(url)).toMatchObject({ host, port, path, healthPath, secure: url.includes('https') });
  });

  it('never shows the query', () => {
    expect(parseEndpoint('https://example.com/mcp?key=secret#x').shown).toBe('https://example.com/mcp');
  });

  it.each([
    [undefined, 'not set'],
    ['  ', 'not set'],
    ['example.com', 'begins with https'],
    ['file:///etc/passwd', 'begins with https'],
    ['https://u:p@example.com', 'Take it out'],
    ['http://example.com', 'unencrypted'],
    ['http://127.0.0.1.example.com', 'unencrypted'],
    ['http://localhost.example.com', 'unencrypted'],
    ['http://[::ffff:10.0.0.1]', 'unencrypted'],
  ])('refuses %s', (url, words) => {
    expect(() => parseEndpoint(url)).toThrow(words);
  });
});
