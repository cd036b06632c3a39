import { describe, expect, it } from 'vitest';
import { expectNoLeak, leakedPiece } from './no-leak.js';

const SECRET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const QUIET = { visible: '{"error":"invalid_token"}', log: '{"event":"auth.failure"}', metrics: 'mcp_auth_total' };
const SECRETS = { credentials: [SECRET], configured: ['https://idp.example.com'] };

describe('leakedPiece', () => {
  it('finds a piece of 16 characters wherever it was cut, and no shorter one', () => {
    expect(leakedPiece(`x ${SECRET.slice(7, 23)} y`, SECRET)).toBe(SECRET.slice(7, 23));
    expect(leakedPiece(`x ${SECRET.slice(7, 22)} y`, SECRET)).toBeUndefined();
  });
});

describe('expectNoLeak', () => {
  it('passes what tells nothing', () => {
    expectNoLeak(QUIET, SECRETS);
  });

  it.each([
    ['a credential in the log', { log: `detail: ${SECRET}` }],
    ['a credential in the metrics', { metrics: SECRET.slice(0, 16) }],
    ['a configured value in an answer', { visible: 'expected: https://idp.example.com' }],
    ['a library', { visible: 'jwt audience invalid' }],
    ['a stack trace', { visible: 'Error\\n    at verify (x)' }],
    ['a path', { log: 'in /srv/app/dist/main.js:12' }],
  ])('catches %s', (_title, leak) => {
    expect(() => expectNoLeak({ ...QUIET, ...leak }, SECRETS)).toThrow();
  });
});
