import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originForm } from './request-target.js';

describe('originForm', () => {
  it.each([
    ['/', '/'],
    ['/mcp?x=/y', '/mcp?x=/y'],
    ['//evil.test/mcp', '//evil.test/mcp'],
    ['http://mcp.test', '/'],
    ['http://mcp.test/mcp', '/mcp'],
    ['HTTPS://MCP.test/mcp?x', '/mcp?x'],
    ['http://mcp.test?x', '/?x'],
  ])('reads %s as %s', (target, path) => {
    expect(originForm(target, 'mcp.test')).toBe(path);
  });

  it.each([
    '',
    '*',
    'mcp',
    '?x',
    'mcp.test:443',
    '/mcp#x',
    'http://evil.test/mcp',
    'http://mcp.test:80/mcp',
    'http://mcp.test@evil.test/mcp',
    'http:///mcp',
    'ftp://mcp.test/mcp',
  ])('reads nothing from %s', (target) => {
    expect(originForm(target, 'mcp.test')).toBeUndefined();
  });

  it('returns a path or nothing, and leaves a path as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), fc.oneof(fc.domain(), fc.constant(undefined)), (target, host) => {
        const path = originForm(target, host);
        expect(path ?? '/').toMatch(/^\//);
        if (target.startsWith('/') && !target.includes('#')) expect(path).toBe(target);
      }),
    );
  });
});
