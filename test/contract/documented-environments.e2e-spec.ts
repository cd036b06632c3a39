import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { BridgeProcess } from '../stdio-bridge/bridge-process.js';
import { signersOf } from '../support/stack.js';
import { TlsFiles } from '../support/tls-files.js';
import { API_KEYS, BRIDGE, SERVER_OF_THE_BRIDGE } from './documented-environments/api-keys.js';
import { COGNITO } from './documented-environments/cognito.js';
import { type DocumentedEnvironment, type Environment } from './documented-environments/documented-environment.js';
import { DocumentedWorld } from './documented-environments/documented-world.js';
import { IDENTITY_CENTER } from './documented-environments/identity-center.js';
import { LOCAL } from './documented-environments/local.js';
import { OIDC } from './documented-environments/oidc.js';
import { CHAT_IN_FRONT, POD } from './documented-environments/pod.js';
import { configurationProblems } from '../support/configuration-problems.js';

const ENVIRONMENTS = [...LOCAL, ...IDENTITY_CENTER, ...COGNITO, ...OIDC, ...API_KEYS];

let world: DocumentedWorld;
beforeAll(async () => {
  world = await DocumentedWorld.start();
});
afterAll(() => world.close());

async function call(url: string, credential?: string, headers: Environment = {}): Promise<Response> {
  return fetch(`${url}/mcp/tools/call`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      ...headers,
    },
    body: JSON.stringify({ name: 'get_active_alarms', arguments: {} }),
  });
}

describe.each(ENVIRONMENTS)('$name', ({ env, stopsWith, completed, caller, signedBy }: DocumentedEnvironment) => {
  const start = stopsWith === undefined ? 'starts as written' : 'stops with what is stated and nothing else';
  it(`${start} [E9]`, () => {
    expect(configurationProblems(env)).toEqual(stopsWith ?? []);
  });

  const how = completed === undefined ? 'as written' : `with ${Object.keys(completed).join(', ')} as asked for`;
  it(`answers a tool call ${how}, in the name of its caller [E9]`, async () => {
    const app = await world.serve({ ...env, ...completed });
    try {
      if (caller.by !== 'nobody') expect((await call(app.url)).status).toBe(401);
      world.aws.calls.clear();
      const response = await call(app.url, await world.credentialOf(caller));
      expect(response.status, await response.clone().text()).toBe(200);
      expect(await response.json()).toMatchObject({ result: { metric_alarms: expect.any(Array) as unknown } });
      const [signer, ...others] = signersOf(world.aws, 'DescribeAlarms');
      expect(others).toEqual([]);
      expect(signer?.startsWith(signedBy), signer).toBe(true);
    } finally {
      await app.close();
    }
  });
});

describe('an environment', () => {
  it('is given its address and port to the letter [E3][E9]', () => {
    const { http, logLevel } = loadAppConfig({ ...SERVER_OF_THE_BRIDGE, ...POD });
    expect([http.host, http.port, logLevel]).toEqual(['0.0.0.0', 3334, 'info']);
    const { http: local } = loadAppConfig({ ENABLE_AUTH: 'false' });
    expect([local.host, local.port]).toEqual(['127.0.0.1', 3334]);
  });

  it('without origins lets programs in and browsers not [D5][E9]', async () => {
    const key = BRIDGE.MCP_API_KEY;
    const app = await world.serve({ ...SERVER_OF_THE_BRIDGE, CORS_ALLOWED_ORIGINS: '' });
    try {
      expect((await call(app.url, key)).status).toBe(200);
      expect((await call(app.url, key, { origin: 'https://chat.example.com' })).status).toBe(403);
    } finally {
      await app.close();
    }
  });

  it('that holds the variables of a chat in front names them and uses none of them [E2][E9]', () => {
    const { auth, warnings } = loadAppConfig({ ...SERVER_OF_THE_BRIDGE, ...CHAT_IN_FRONT });
    expect(warnings).toContain(
      'ENABLE_OAUTH, OAUTH_REDIRECT_URI, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET: not used, they are meant for a front end; set them there only. Whether this server takes tokens is OAUTH_ENABLED.',
    );
    expect(auth.introspection).toBeUndefined();
    expect(auth.issuers).toEqual([]);
  });
});

describe('the environment of the bridge', () => {
  it.each([
    ['with the certificate checked', (tls: TlsFiles) => ({ NODE_EXTRA_CA_CERTS: tls.authorityFile }), true],
    ['with MCP_VERIFY_TLS=false', () => ({ MCP_VERIFY_TLS: 'false' }), true],
    ['and not with a certificate that nobody vouches for', () => ({}), false],
  ])('connects a client over HTTPS %s [E1][E9]', async (_, more: (tls: TlsFiles) => Environment, answered) => {
    const tls = new TlsFiles();
    const app = await world.serve({ ...SERVER_OF_THE_BRIDGE, ...tls.env });
    const MCP_SERVER_URL = BRIDGE.MCP_SERVER_URL.replace('$ALB_DNS', `localhost:${new URL(app.url).port}`);
    const bridge = new BridgeProcess({ env: { ...BRIDGE, MCP_SERVER_URL, ...more(tls) } });
    try {
      const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'e9', version: '1' } };
      await bridge.request('initialize', params);
      const { result, error } = await bridge.request('tools/call', { name: 'get_active_alarms', arguments: {} });
      expect([result?.['isError'] ?? false, error === undefined]).toEqual([false, answered]);
      expect(`${bridge.stdout}${bridge.stderr}`).not.toContain(BRIDGE.MCP_API_KEY);
    } finally {
      await bridge.close();
      await app.close();
      tls.remove();
    }
  });
});
