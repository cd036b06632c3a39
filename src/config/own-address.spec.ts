import { describe, expect, it } from 'vitest';
import { loadAppConfig } from './app-config.js';
import { ownAddress } from './own-address.js';

describe('ownAddress', () => {
  it.each([
    [{}, 'http://127.0.0.1:3334'],
    [{ CLOUDWATCH_MCP_PORT: '8080' }, 'http://127.0.0.1:8080'],
    [{ CLOUDWATCH_MCP_PORT: '  ' }, 'http://127.0.0.1:3334'],
    [{ CLOUDWATCH_MCP_SERVER_HOST: '0.0.0.0' }, 'http://127.0.0.1:3334'],
    [{ CLOUDWATCH_MCP_SERVER_HOST: '::' }, 'http://[::1]:3334'],
    [{ CLOUDWATCH_MCP_SERVER_HOST: ' 10.0.0.7 ' }, 'http://10.0.0.7:3334'],
    [{ CLOUDWATCH_MCP_SERVER_HOST: 'fd00::7', CLOUDWATCH_MCP_PORT: '1' }, 'http://[fd00::7]:1'],
    [{ CLOUDWATCH_MCP_SERVER_HOST: 'localhost' }, 'http://localhost:3334'],
  ])('of %j is %s', (env, address) => {
    expect(ownAddress(env)).toBe(address);
    const config = loadAppConfig({
      ENABLE_AUTH: 'false',
      INSECURE_ALLOW_NO_AUTH: 'true',
      ALLOWED_HOSTS: 'mcp',
      ...env,
    });
    expect(new URL(address).port).toBe(String(config.http.port));
  });

  it('is https when the server has a certificate', () => {
    expect(ownAddress({ TLS_CERT_FILE: '/tls/tls.crt', CLOUDWATCH_MCP_PORT: '8443' })).toBe('https://127.0.0.1:8443');
  });
});
