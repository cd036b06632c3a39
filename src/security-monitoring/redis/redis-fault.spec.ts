import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redisFault } from './redis-fault.js';

const coded = (code: string): Error => Object.assign(new Error('connect failed'), { code });

describe('redisFault', () => {
  it.each([
    [coded('ECONNREFUSED'), 'unreachable'],
    [coded('ENOTFOUND'), 'unreachable'],
    [coded('ETIMEDOUT'), 'unreachable'],
    [new Error("Stream isn't writeable and enableOfflineQueue options is false"), 'unreachable'],
    [new Error('Connection is closed.'), 'unreachable'],
    [new Error('Reached the max retries per request limit (which is 0).'), 'unreachable'],
    [new Error('Command timed out'), 'timeout'],
    [new Error("READONLY You can't write against a read only replica."), 'read_only'],
    [new Error('NOAUTH Authentication required.'), 'login_refused'],
    [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'login_refused'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
    [new Error('LOADING Redis is loading the dataset in memory'), 'refused'],
    [undefined, 'refused'],
  ])('names %s %s', (error, fault) => {
    expect(redisFault(error)).toBe(fault);
  });

  it('says one of six words, whatever it is given', () => {
    const words = new Set(['unreachable', 'timeout', 'read_only', 'login_refused', 'tls', 'refused']);
    fc.assert(fc.property(fc.anything(), (thrown) => words.has(redisFault(thrown))));
  });
});
