import { describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../config/app-config.js';
import type { Principal } from '../../principal.js';
import { AwsClientFactory } from '../aws-client.factory.js';
import { LocalProfileExchange } from './local-profile.exchange.js';
import { ServerIdentityExchange } from './server-identity.exchange.js';

const KEYS = { API_KEYS: `ci:sha256:${'0'.repeat(64)}` };
const ROLE = { AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111111111111:role/CloudWatchReader' };

function caller(method: Principal['method']): Principal {
  const person = { issuer: 'i', subject: 's', displayName: 'd' };
  return { ...person, method, scopes: [], groups: [], claims: {} };
}

describe('LocalProfileExchange', () => {
  it('gives nothing while authentication is on, whatever the plan says [B5] [ISO-07]', async () => {
    const config = loadAppConfig({ ...KEYS, ...ROLE });
    const exchange = new LocalProfileExchange(new AwsClientFactory(config), config);
    await expect(exchange.exchange({ kind: 'local-profile' })).rejects.toMatchObject({ code: 'credentials_refused' });
  });
});

describe('ServerIdentityExchange', () => {
  const lend = async (env: Record<string, string>, method: Principal['method']): Promise<string> => {
    const config = loadAppConfig({ ...KEYS, ...env });
    const exchange = new ServerIdentityExchange(new AwsClientFactory(config), config);
    return (await exchange.exchange({ kind: 'server-identity' }, caller(method))).credentials.accessKeyId;
  };

  it('lends the identity to API keys where the setting says so [B10]', async () => {
    expect(await lend({ API_KEY_CREDENTIALS: 'server' }, 'api-key')).toBe(process.env.AWS_ACCESS_KEY_ID);
  });

  it('gives nothing without the setting, and nothing to anyone but an API key [B10] [ISO-07]', async () => {
    const refused = { code: 'credentials_refused' };
    await expect(lend(ROLE, 'api-key')).rejects.toMatchObject(refused);
    await expect(lend({ API_KEY_CREDENTIALS: 'server' }, 'jwt')).rejects.toMatchObject(refused);
    await expect(lend({ API_KEY_CREDENTIALS: 'server' }, 'none')).rejects.toMatchObject(refused);
  });
});
