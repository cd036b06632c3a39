import { describe, expect, it } from 'vitest';
import { takeEnvironment } from './environment.js';

describe('takeEnvironment', () => {
  it('gives all settings and leaves no secret behind [A6]', () => {
    const env: NodeJS.ProcessEnv = {
      API_KEYS: 'k',
      OAUTH_CLIENT_SECRET: 's',
      STATE_SECRET: 't',
      REDIS_URL: 'u',
      PATH: '/bin',
    };
    expect(takeEnvironment(env)).toEqual({
      API_KEYS: 'k',
      OAUTH_CLIENT_SECRET: 's',
      STATE_SECRET: 't',
      REDIS_URL: 'u',
      PATH: '/bin',
    });
    expect(env).toEqual({ PATH: '/bin' });
  });
});
