import { describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { settingsSchema } from '../../src/config/settings.js';
import { readProjectFile } from '../contract/markdown.js';
import { type ComposeService, readCompose } from '../support/compose-schema.js';
import { Documented } from '../image/documented.js';

const text = readProjectFile('config/docker-compose.yml');
const { services, networks } = readCompose(text);
const service = (name: string): ComposeService => {
  const found = services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

/** Variables with a value; those without come from the shell. */
const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(service(name).environment ?? {}).flatMap(([key, value]): [string, string][] =>
      value === null ? [] : [[key, value.replace(/^\$\{\w+:-(.*)\}$/, '$1')]],
    ),
  );

describe('config/docker-compose.yml [E3]', () => {
  it('has the server alone, and the rest on request', () => {
    const profiles = Object.entries(services).map(([name, { profiles: of = [] }]) => [name, ...of]);
    expect(profiles).toEqual([
      ['cloudwatch-mcp'],
      ['redis', 'redis'],
      ['proxy', 'tls'],
      ['cloudwatch-mcp-no-auth', 'no-auth'],
    ]);
  });

  it('starts the server from the documented environment, behind something that speaks TLS', () => {
    const env = new Documented('docs/deployment.md').block('2. Environment', 'dotenv');
    const given = env.split('\n').filter((line) => line !== '' && !line.startsWith('TLS_'));
    const config = loadAppConfig({
      NODE_ENV: 'production',
      ...Object.fromEntries(given.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])),
      STATE_SECRET: 'q'.repeat(20) + '0123456789abcdefghijklmnopqrstuv',
      ...environmentOf('cloudwatch-mcp'),
    });
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 3334, publicUrl: 'https://mcp.example.com' });
    expect(config.http.trustedProxies).toEqual(networks['mcp']?.ipam.config.map(({ subnet }) => subnet));
    expect(config.auth.enabled).toBe(true);
  });

  it('reaches Redis by the name that its comment gives', () => {
    const [, host = ''] = /REDIS_URL=redis:\/\/([\w-]+):6379/.exec(text) ?? [];
    expect(service(host).command?.slice(0, 5)).toEqual(['redis-server', '--save', '', '--appendonly', 'no']);
  });

  it('opens nothing beyond this machine but 443 of the proxy', () => {
    const open = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(open.filter((port) => !port.includes(' 127.0.0.1:'))).toEqual(['proxy 443:443']);
    expect(service('proxy').command).toContain('--disable-redirects');
    expect(service('proxy').command).toContain('--to=cloudwatch-mcp:3334');
  });

  it('starts without authentication on request only, on this machine only, marked as for tests', () => {
    const environment = environmentOf('cloudwatch-mcp-no-auth');
    expect(environment).toMatchObject({ ENABLE_AUTH: 'false', INSECURE_ALLOW_NO_AUTH: 'true' });
    const config = loadAppConfig({ NODE_ENV: 'production', ...environment });
    expect([config.auth.enabled, config.http.host, config.http.allowedHosts]).toEqual([
      false,
      '0.0.0.0',
      ['localhost', '127.0.0.1'],
    ]);
    expect(service('cloudwatch-mcp-no-auth')).toMatchObject({ ports: ['127.0.0.1:3334:3334'], restart: 'no' });
    expect(text).toMatch(/# FOR TESTS ONLY[^\n]*\n(\s*#[^\n]*\n)*\s*cloudwatch-mcp-no-auth:/);
    for (const [name, { environment: of = {} }] of Object.entries(services))
      if (name !== 'cloudwatch-mcp-no-auth') expect(Object.keys(of)).not.toContain('ENABLE_AUTH');
  });

  it('gives every server time to end, and holds no secret', () => {
    for (const name of ['cloudwatch-mcp', 'cloudwatch-mcp-no-auth'])
      expect(service(name)).toMatchObject({ stop_grace_period: '30s', tmpfs: ['/tmp'], build: '..' });
    const values = Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment));
    const secret = values.filter(([key, value]) => /SECRET|KEY|TOKEN|PASSWORD/.test(key) && value !== null);
    expect(secret).toEqual([]);
  });

  it('names variables that exist', () => {
    const names = Object.values(services).flatMap(({ environment = {} }) => Object.keys(environment));
    // The AWS SDK reads these by itself.
    const sdk = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    const known = new Set([...Object.keys(settingsSchema.shape), ...sdk]);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('readCompose', () => {
  it.each<[string, string, string, RegExp]>([
    ['an unknown field of a service', 'user: redis', 'usr: redis', /usr/],
    ['an unknown field of the file', 'volumes:\n  cert', 'volume:\n  cert', /volume/],
    ['a wrong type', 'retries: 3', 'retries: often', /retries/],
    ['a privileged container', 'user: redis', 'privileged: true', /privileged/],
    ['a writable file system', 'read_only: true', 'read_only: false', /read_only/],
    ['capabilities that stay', 'cap_drop: [ALL]', 'cap_drop: [NET_RAW]', /cap_drop/],
    ['a capability more', 'cap_add: [NET_BIND_SERVICE]', 'cap_add: [SYS_ADMIN]', /cap_add/],
    ['an image without a version', 'caddy:2-alpine', 'caddy', /image/],
    ['the latest image', 'caddy:2-alpine', 'caddy:latest', /image/],
    ['a value that is no text', "ENABLE_AUTH: 'false'", 'ENABLE_AUTH: false', /ENABLE_AUTH/],
    ['a port that is none', "'443:443'", "'https'", /ports/],
    ['a network that is none', '172.30.250.0/24 }', '172.30.250.0 }', /subnet/],
    ['a network nobody has', 'networks: [mcp]', 'networks: [lan]', /there is no lan/],
    ['a service nobody has', 'cloudwatch-mcp: { condition', 'server: { condition', /there is no server/],
    ['a volume nobody has', "['certificates:/data']", "['certs:/data']", /there is no certs/],
  ])('finds %s', (_name, old, now, problem) => {
    expect(text).toContain(old);
    expect(() => readCompose(text.replace(old, now))).toThrow(problem);
  });
});
