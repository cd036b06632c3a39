import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toUserCredentials } from './user-credentials.js';

const answer = {
  AccessKeyId: 'ASIACANARY',
  SecretAccessKey: 'secret-canary',
  SessionToken: 'token-canary',
  Expiration: new Date(0),
};

describe('UserCredentials', () => {
  it('shows its secrets to nothing but reveal() [ISO-12]', () => {
    const credentials = toUserCredentials(answer);
    const shown = [JSON.stringify({ credentials }), inspect({ credentials }, { depth: 9, showHidden: true })];
    expect(shown.join('\n')).not.toMatch(/secret-canary|token-canary/);
    expect(credentials.reveal()).toEqual({
      accessKeyId: 'ASIACANARY',
      secretAccessKey: 'secret-canary',
      sessionToken: 'token-canary',
      expiration: new Date(0),
    });
  });
});

describe('toUserCredentials', () => {
  it.each(['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'])('refuses an answer without %s', (part) => {
    expect(() => toUserCredentials({ ...answer, [part]: undefined })).toThrow('complete credentials');
    expect(() => toUserCredentials(undefined)).toThrow('complete credentials');
  });
});
