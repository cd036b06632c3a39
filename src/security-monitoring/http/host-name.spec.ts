import { describe, expect, it } from 'vitest';
import { hostName } from './host-name.js';

describe('hostName', () => {
  it.each([
    ['mcp.example.com', 'mcp.example.com'],
    ['MCP.Example.com:443', 'mcp.example.com'],
    ['127.0.0.1:3334', '127.0.0.1'],
    ['[::1]:3334', '[::1]'],
    ['[::1]', '[::1]'],
  ])('reads %s as %s', (header, name) => {
    expect(hostName(header)).toBe(name);
  });

  it.each([undefined, '', ':80', 'a b', 'user@host', 'host/path', 'host:port', 'a,b', '::1', 'host:80:80'])(
    'reads nothing from %s',
    (header) => {
      expect(hostName(header)).toBeUndefined();
    },
  );
});
