import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type AppConfig, loadAppConfig } from '../../src/config/app-config.js';
import { AUTHENTICATION_OFF } from '../../src/config/auth-config.js';
import { settingNotes, settingsSchema } from '../../src/config/settings.js';
import { configurationFiles } from '../../src/generate/configuration-files.factory.js';
import { SETTING_GROUPS } from '../../src/generate/setting-groups.js';
import { brokenLinks, readMarkdown, readProjectFile } from './markdown.js';

const ENTRIES = SETTING_GROUPS.flatMap(({ entries }) => entries);

/** What each example set is warned of. The access rules of production hold a grant for a key that it has not. */
const WARNINGS: Readonly<Record<string, readonly unknown[]>> = {
  'config/examples/dev.env': [AUTHENTICATION_OFF],
  'config/examples/beta.env': [],
  'config/examples/production.env': [expect.stringMatching(/^ACCESS_FILE line \d+: grant \d+: apiKey: /)],
};
const EXAMPLES = Object.keys(WARNINGS);

/** Everything that a default can be seen in. */
const AROUND = {
  OIDC_ISSUER: 'https://idp.example.com',
  AWS_IDENTITY_CENTER_ISSUER: 'https://people.example.com',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
  STATE_SECRET: 's'.repeat(32),
  MCP_LEGACY_SESSIONS: 'true',
};

describe('the reference of the variables', () => {
  it('is as the code generates it, and so is .env.example [E8]', async () => {
    for (const [path, text] of await configurationFiles())
      expect(readProjectFile(path), `${path}: run npm run generate`).toBe(text);
  });

  it('has every variable once, with meaning, default and example [E8]', () => {
    expect(ENTRIES.map(([name]) => name).sort()).toEqual(Object.keys(settingsSchema.shape).sort());
    const { text } = readMarkdown('docs/configuration.md');
    for (const [name, byDefault] of ENTRIES) {
      const { example } = settingNotes(name);
      const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
      expect(row.split(/(?<!\\)\|/)).toHaveLength(6);
      expect(row.replaceAll('\\|', '|')).toContain(`\`${example}\``);
      expect(byDefault).not.toBe('');
    }
  });

  it('links to what is there', () => {
    expect(brokenLinks('docs/configuration.md')).toEqual([]);
  });

  const defaults = ENTRIES.flatMap(([name, byDefault]) => {
    const value = /^`([^`]*)`/.exec(byDefault)?.[1];
    return value === undefined ? [] : [[name, value] as const];
  });

  it.each(defaults)('says what %s is while it is unset: %s', (name, value) => {
    const { [name as never]: _, ...around } = AROUND as Record<string, string>;
    // Sessions off is a default too, and none of the others can be seen with them.
    const read = (env: object): AppConfig => loadAppConfig({ ...around, ...env });
    expect(read({ [name]: value })).toEqual(read({}));
  });

  it('shows defaults in a test that a wrong one fails', () => {
    expect(defaults.length).toBeGreaterThan(25);
    expect(loadAppConfig({ ...AROUND, RATE_LIMIT_PER_USER: '121' })).not.toEqual(loadAppConfig(AROUND));
  });
});

describe('config/.env.example', () => {
  const text = readProjectFile('config/.env.example');

  it('sets nothing until a line is switched on', () => {
    expect(parseEnv(text)).toEqual({});
  });

  it('has an example of every variable in a form that all readers of such files take alike', () => {
    const lines = text.split('\n').filter((line) => /^#[A-Z]/.test(line));
    const pairs = lines.map((line): [string, string] => {
      const [name = '', ...value] = line.slice(1).split('=');
      return [name, value.join('=')];
    });
    expect(Object.fromEntries(pairs)).toEqual(
      Object.fromEntries(ENTRIES.map(([name]) => [name, settingNotes(name).example])),
    );
    for (const line of lines) {
      const plain = line.slice(1);
      const [name = ''] = plain.split('=');
      expect(parseEnv(plain)[name]).toBe(plain.slice(name.length + 1));
    }
  });
});

describe.each(EXAMPLES)('%s', (path) => {
  const text = readProjectFile(path);

  it('is read alike by Node and by Docker', () => {
    const literally = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const read = Object.entries(parseEnv(text)).map(([name, value]) => `${name}=${value}`);
    expect(read.sort()).toEqual(literally.sort());
  });

  it('starts the server [E8]', () => {
    const env = parseEnv(text);
    const here = (file: string | undefined): string | undefined =>
      file?.replace('/etc/cloudwatch-mcp/', new URL('../../config/examples/', import.meta.url).pathname);
    const files = env.ACCESS_FILE === undefined ? {} : { ACCESS_FILE: here(env.ACCESS_FILE) };
    const config = loadAppConfig({ ...env, ...files, STATE_SECRET: 's'.repeat(32) });
    expect(config.auth.enabled).toBe(!path.endsWith('dev.env'));
    expect(config.warnings).toEqual(WARNINGS[path]);
    expect(Object.keys(env).filter((name) => !(name in settingsSchema.shape))).toEqual([]);
  });

  it('holds no secret', () => {
    expect(Object.keys(parseEnv(text))).not.toContain('STATE_SECRET');
    expect(text).not.toMatch(/^REDIS_URL|^OAUTH_CLIENT_SECRET/m);
  });
});
