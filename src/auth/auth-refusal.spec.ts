import { describe, expect, it } from 'vitest';
import { AUTH_FAILURE_REASONS } from '../security-monitoring/security-event.js';
import { authRefusal } from './auth-refusal.js';
import { bearerChallenge } from './challenge.js';

const METADATA = 'https://mcp.test/.well-known/oauth-protected-resource/mcp';

describe('bearerChallenge', () => {
  it('writes its parts in one order and leaves out what is absent', () => {
    expect(bearerChallenge({ resourceMetadata: METADATA })).toBe(
      `Bearer realm="cloudwatch-mcp", resource_metadata="${METADATA}"`,
    );
    const error = { code: 'insufficient_scope', description: 'More scope is needed.' };
    expect(bearerChallenge({ resourceMetadata: METADATA, error, scope: 'cw:read cw:query' })).toBe(
      `Bearer realm="cloudwatch-mcp", error="insufficient_scope", error_description="More scope is needed.", scope="cw:read cw:query", resource_metadata="${METADATA}"`,
    );
  });
});

describe('authRefusal', () => {
  it('challenges without an error when nothing was presented, with one when something was [A9]', () => {
    expect(authRefusal('missing', METADATA, 1).headers).toEqual({
      'WWW-Authenticate': `Bearer realm="cloudwatch-mcp", resource_metadata="${METADATA}"`,
    });
    const expired = authRefusal('expired', METADATA, 1);
    expect(expired.headers['WWW-Authenticate']).toBe(
      `Bearer realm="cloudwatch-mcp", error="invalid_token", error_description="${expired.message}", resource_metadata="${METADATA}"`,
    );
    expect(expired).toMatchObject({ status: 401, error: 'invalid_token' });
  });

  it('has five texts for what a caller can mend, and one for all the rest [A10]', () => {
    const texts = ['missing', 'malformed', 'expired', 'bad_signature', 'key_unknown'] as const;
    expect(new Set(texts.map((reason) => authRefusal(reason, METADATA, 1).message)).size).toBe(5);
    const alike = ['aud_mismatch', 'iss_mismatch', 'unknown_kid', 'client_not_allowed', 'claim_invalid'] as const;
    for (const reason of alike) {
      expect(authRefusal(reason, METADATA, 1)).toEqual(authRefusal('bad_signature', METADATA, 1));
    }
  });

  it('asks to wait, without a challenge, when the token was not judged', () => {
    for (const [reason, status] of [
      ['idp_unavailable', 503],
      ['rate_limited', 429],
    ] as const) {
      expect(authRefusal(reason, METADATA, 7)).toMatchObject({
        status,
        headers: { 'Retry-After': '7' },
        retryAfterSeconds: 7,
      });
      expect(authRefusal(reason, METADATA, 7).headers['WWW-Authenticate']).toBeUndefined();
    }
  });

  it('says nothing that would break out of a quoted header value', () => {
    for (const reason of AUTH_FAILURE_REASONS) {
      expect(authRefusal(reason, METADATA, 1).message).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    }
  });
});
