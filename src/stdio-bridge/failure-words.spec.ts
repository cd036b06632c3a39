import { describe, expect, it } from 'vitest';
import { connectFailure, lostFailure, statusFailure } from './failure-words.js';

const place = { shown: 'https://mcp.example.com/mcp', keyVariable: 'MCP_API_KEY_FILE' };
const NOW = Date.parse('2026-11-21T12:00:00Z');
const of = (status: number, headers = {}): ReturnType<typeof statusFailure> =>
  statusFailure(status, headers, place, NOW);

describe('statusFailure', () => {
  it.each([
    [301, 'redirect', 'final address'],
    [304, 'redirect', 'final address'],
    [400, 'refused', 'current'],
    [401, 'unauthorized', 'MCP_API_KEY_FILE'],
    [403, 'forbidden', 'Ask whoever runs it'],
    [404, 'not_found', 'usually ends in /mcp'],
    [405, 'not_found', 'usually ends in /mcp'],
    [406, 'refused', 'current'],
    [413, 'too_large', 'Send less'],
    [429, 'rate_limited', 'in 60 seconds'],
    [431, 'refused', 'current'],
    [500, 'server_failure', 'Try again'],
    [502, 'unavailable', 'shortly'],
    [503, 'unavailable', 'shortly'],
    [504, 'unavailable', 'shortly'],
    [599, 'server_failure', 'Try again'],
  ])('%i says what to do and is never repeated', (status, reason, words) => {
    expect(of(status)).toMatchObject({ reason, status, repeat: 'never', message: expect.stringContaining(words) });
  });

  it.each([
    ['17', 17],
    ['0', 1],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 1],
    ['999999999', 86_400],
    ['soon\u001b[2J', 60],
    ['-5', 60],
  ])('tells when to try again: Retry-After: %s', (value, seconds) => {
    const failure = of(429, { 'retry-after': value });
    expect([failure.retryAfterSeconds, failure.message]).toEqual([
      seconds,
      expect.stringContaining(seconds === 1 ? 'in a second' : `in ${seconds} seconds`),
    ]);
  });

  it('asks for a key when none is set', () => {
    expect(statusFailure(401, {}, { ...place, keyVariable: undefined }, NOW).message).toContain('none is set');
  });
});

describe('connectFailure', () => {
  it.each([
    ['ENOTFOUND', 'dns', 'never'],
    ['EAI_AGAIN', 'dns', 'safe'],
    ['ECONNREFUSED', 'unreachable', 'safe'],
    ['ENETUNREACH', 'unreachable', 'safe'],
    ['ECONNRESET', 'unreachable', 'safe'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate', 'never'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate', 'never'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate', 'never'],
    ['CERT_HAS_EXPIRED', 'certificate', 'never'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', 'never'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'never'],
    ['EPROTO', 'tls', 'never'],
  ])('%s', (code, reason, repeat) => {
    const failure = connectFailure(code, 'mcp.example.com', 443);
    expect(failure).toMatchObject({ reason, repeat });
    expect(failure.message).toContain(code);
    expect(failure.message).toMatch(/Check|Set NODE_EXTRA_CA_CERTS/);
  });
});

describe('lostFailure', () => {
  it('may be repeated only where that changes nothing', () => {
    expect(lostFailure('ECONNRESET', place)).toMatchObject({ reason: 'connection_lost', repeat: 'idempotent' });
    expect(lostFailure('HPE_INVALID_CONSTANT', place)).toMatchObject({ reason: 'not_mcp', repeat: 'never' });
  });
});
