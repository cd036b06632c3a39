import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { type AppConfig, loadAppConfig } from './app-config.js';

const BASE = {
  PUBLIC_URL: 'https://mcp.test',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
};
const CLIENT = {
  OAUTH_ISSUER_URL: 'https://auth.test',
  OAUTH_CLIENT_ID: 'cloudwatch-mcp',
  OAUTH_CLIENT_SECRET: 'canary-secret-canary',
};

const introspection = (env: Record<string, string>): AppConfig['auth']['introspection'] =>
  loadAppConfig({ ...BASE, ...env }).auth.introspection;

function problems(env: Record<string, string>): string {
  try {
    introspection(env);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.message;
    throw error;
  }
  return '';
}

describe('the settings of introspection', () => {
  it('switch it on when all three are there, for tokens meant for this server [A13]', () => {
    expect(introspection(CLIENT)).toEqual({
      issuer: 'https://auth.test',
      clientId: 'cloudwatch-mcp',
      clientSecret: 'canary-secret-canary',
      audiences: ['https://mcp.test/mcp'],
      allowedClients: [],
    });
    expect(introspection({ ...CLIENT, OAUTH_AUDIENCE: 'a,b' })?.audiences).toEqual(['a', 'b']);
  });

  it('leave it off without them, and when OAUTH_ENABLED is false [A13]', () => {
    const key = { API_KEYS: `ci:sha256:${'0'.repeat(64)}` };
    expect(introspection(key)).toBeUndefined();
    expect(introspection({ ...key, ...CLIENT, OAUTH_ENABLED: 'false' })).toBeUndefined();
    expect(introspection({ ...key, ...CLIENT, OAUTH_ENABLED: 'true' })).toBeDefined();
  });

  it('are those of a front end when only its variables stand beside them [E2]', () => {
    const { OAUTH_ISSUER_URL: _, ...client } = CLIENT;
    const shared = { API_KEYS: `ci:sha256:${'0'.repeat(64)}`, OAUTH_REDIRECT_URI: 'https://chat.test/callback' };
    const frontEnds = loadAppConfig({ ...BASE, ...shared, ...client });
    expect(frontEnds.auth.introspection).toBeUndefined();
    expect(frontEnds.warnings.join()).toMatch(/^OAUTH_REDIRECT_URI, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET: not used/);
    const ours = loadAppConfig({ ...BASE, ...shared, ...CLIENT });
    expect(ours.auth.introspection?.clientId).toBe(client.OAUTH_CLIENT_ID);
    expect(ours.warnings.join()).toMatch(/^OAUTH_REDIRECT_URI: not used/);
    expect(problems({ ...client, API_KEYS: shared.API_KEYS })).toContain('opaque tokens need OAUTH_ISSUER_URL too');
  });

  it.each(Object.keys(CLIENT))('stop the start when %s is missing, and show no value', (name) => {
    const text = problems({ ...CLIENT, [name]: ' ' });
    expect(text).toContain(name);
    const { [name as keyof typeof CLIENT]: _, ...rest } = CLIENT;
    expect(problems(rest)).toContain(`opaque tokens need ${name} too`);
    expect(problems(rest)).not.toContain('canary');
  });

  it.each(['OAUTH_ISSUER_URL', 'OAUTH_INTROSPECTION_URL'])('refuse a %s without https [JWK-17]', (name) => {
    for (const url of ['http://auth.test', 'file:///etc/passwd', 'https://user:canary@auth.test', 'auth.test']) {
      const text = problems({ ...CLIENT, [name]: url });
      expect(text).toContain(`${name}: `);
      expect(text).not.toContain('canary');
    }
    expect(problems({ ...CLIENT, [name]: 'http://127.0.0.1:8080' })).toBe('');
  });

  it('stop the start when nobody who signs in would have an AWS role', () => {
    const { AWS_CLOUDWATCH_ROLE_ARN: _, ...none } = BASE;
    expect(() => loadAppConfig({ ...none, ...CLIENT })).toThrow(/AWS_CLOUDWATCH_ROLE_ARN/);
  });
});
