import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppConfig } from '../config/app-config.js';
import { HttpRefusal, ServiceError } from '../errors.js';
import { type AuthMethod, LOCAL_PRINCIPAL, type Principal } from '../principal.js';
import { mayUse, refusalHeaders, scopeRefusal, scopesFor } from './tool-policy.js';

const RULES: AppConfig['scopes'] = { endpoint: ['cw:read'], tools: { logs: 'cw:query', metrics: 'cw:read' } };
const CONFIG = {
  scopes: RULES,
  http: { publicUrl: 'https://mcp.test' } as AppConfig['http'],
};

const caller = (scopes: readonly string[], method: AuthMethod = 'jwt'): Principal => ({
  ...LOCAL_PRINCIPAL,
  method,
  scopes,
});

describe('scopesFor', () => {
  it('names what the endpoint and the family ask for, each scope once [A14]', () => {
    expect(scopesFor('logs', caller([]), RULES)).toEqual(['cw:read', 'cw:query']);
    expect(scopesFor('metrics', caller([]), RULES)).toEqual(['cw:read']);
    expect(scopesFor('alarms', caller([]), { endpoint: [], tools: {} })).toEqual([]);
  });

  it('does not ask an API key for the scopes of the endpoint [A14]', () => {
    expect(scopesFor('logs', caller([], 'api-key'), RULES)).toEqual(['cw:query']);
    expect(scopesFor('alarms', caller([], 'api-key'), RULES)).toEqual([]);
  });
});

describe('mayUse', () => {
  it.each([
    [['cw:read', 'cw:query'], true],
    [['cw:query', 'other', 'cw:read'], true],
    [['cw:query'], false],
    [['cw:read'], false],
    [[], false],
    [['cw:read', 'cw:queryonly'], false],
    [['cw:read', 'xcw:query'], false],
    [['cw:read', 'cw:query:x'], false],
    [['cw:read', 'CW:QUERY'], false],
    [['cw:read cw:query'], false],
    [['cw:*'], false],
  ] as const)('of the scopes %j for the logs tools is %j [A14]', (scopes, expected) => {
    expect(mayUse('logs', caller(scopes), RULES)).toBe(expected);
  });

  it('is true only of a caller who holds every scope by its exact name [A14]', () => {
    const scope = fc.constantFrom('cw:read', 'cw:query', 'CW:READ', 'cw:readonly', 'cw', 'read', 'cw:read cw:query');
    fc.assert(
      fc.property(fc.array(scope), fc.constantFrom<AuthMethod>('jwt', 'introspection'), (scopes, method) => {
        const held = new Set(scopes);
        expect(mayUse('logs', caller(scopes, method), RULES)).toBe(held.has('cw:read') && held.has('cw:query'));
      }),
    );
  });

  it('lets everyone use everything where no scope is configured', () => {
    for (const method of ['jwt', 'introspection', 'api-key', 'none'] as const) {
      expect(mayUse('logs', caller([], method), { endpoint: [], tools: {} })).toBe(true);
    }
  });
});

describe('scopeRefusal', () => {
  it('challenges a token holder with all scopes the call needs and none that the token has [A14] [CLM-23]', () => {
    const refusal = scopeRefusal('logs', caller(['cw:read', 'held:elsewhere']), CONFIG);
    expect(refusal).toBeInstanceOf(HttpRefusal);
    expect(refusalHeaders(refusal as ServiceError)).toEqual({
      'WWW-Authenticate': expect.stringMatching(
        /^Bearer realm="cloudwatch-mcp", error="insufficient_scope", error_description="[^"]+", scope="cw:read cw:query", resource_metadata="https:\/\/mcp\.test\/\.well-known\/oauth-protected-resource\/mcp"$/,
      ),
    });
    expect(JSON.stringify(refusalHeaders(refusal as ServiceError))).not.toContain('held:elsewhere');
  });

  it('tells an API key which scope is missing, without a challenge: there is no sign-in to repeat [A14]', () => {
    const refusal = scopeRefusal('logs', caller([], 'api-key'), CONFIG);
    expect(refusal).toMatchObject({ code: 'insufficient_scope', message: expect.stringContaining('cw:query') });
    expect(refusalHeaders(refusal as ServiceError)).toEqual({});
  });

  it('is undefined for a caller who may', () => {
    expect(scopeRefusal('logs', caller(['cw:query', 'cw:read']), CONFIG)).toBeUndefined();
    expect(scopeRefusal('alarms', caller([], 'api-key'), CONFIG)).toBeUndefined();
  });
});
