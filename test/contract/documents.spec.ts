import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAccessFile } from '../../src/config/access-file.js';
import { loadAppConfig } from '../../src/config/app-config.js';
import { settingsSchema } from '../../src/config/settings.js';
import type { Findings } from '../../src/config/findings.js';
import { TlsFiles } from '../support/tls-files.js';
import { environmentOf, readMarkdown, readProjectFile } from './markdown.js';
import { DOCUMENTS, type Required } from './required-documents.js';

const PATHS = Object.keys(DOCUMENTS);

const MINIMAL = {
  PUBLIC_URL: 'https://mcp.example.com',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
};

const tls = new TlsFiles({ dnsNames: ['mcp.example.com'] });
const example = (name: string): string => fileURLToPath(new URL(`../../config/examples/${name}`, import.meta.url));

/** Files that stand where the documents say; here they stand elsewhere. */
const MOUNTED: Readonly<Record<string, string>> = {
  ...tls.env,
  ACCESS_FILE: example('access.yaml'),
  ISSUERS_FILE: example('issuers.yaml'),
};

afterAll(() => tls.remove());

/** What the server is started with from a block of a document. */
function started(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const mounted = Object.entries(MOUNTED).filter(([name]) => name in env);
  const own = { ...env, ...Object.fromEntries(mounted), STATE_SECRET: 's'.repeat(32) };
  return 'ENABLE_AUTH' in env ? own : { ...MINIMAL, ...own };
}

/** Front ends have variables of their own; a misspelt one of ours is found where every document's names are. */
function isOurs(env: Readonly<Record<string, string>>): boolean {
  return Object.keys(env).every((name) => name in settingsSchema.shape);
}

/** A part of an object is shown with its name, without the braces around it. */
function parsedJson(text: string): unknown {
  return JSON.parse(/^\s*"/.test(text) ? `{${text}}` : text);
}

describe.each(PATHS)('%s', (path) => {
  const document = readMarkdown(path);
  const required = DOCUMENTS[path] as Required;

  it('has its headings, commands, variables and statements [E8]', () => {
    const shell = document.fences.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const missing = [
      ...required.headings.filter((heading) => !document.headings.includes(heading)),
      ...required.commands.filter((command) => !shell.some((text) => text.includes(command))),
      ...[...required.variables, ...required.says].filter((text) => !document.text.includes(text)),
    ];
    expect(missing).toEqual([]);
  });

  it('shows only configurations that the server starts with', () => {
    const shown = document.fences.map(environmentOf).filter((env) => env !== undefined && isOurs(env));
    for (const env of shown) expect(() => loadAppConfig(started(env ?? {})), JSON.stringify(env)).not.toThrow();
    expect(shown.length).toBeGreaterThanOrEqual(required.environments ?? 0);
  });

  it('shows only JSON and YAML that can be read', () => {
    for (const { language, text } of document.fences) {
      if (language === 'json') expect(() => parsedJson(text), text).not.toThrow();
      if (language !== 'yaml' || required.foreignYaml) continue;
      const findings: Findings = { problems: [], warnings: [] };
      const around = { region: 'us-east-1', allowedRegions: ['us-east-1'], issuers: [], apiKeys: [] };
      parseAccessFile(text, around, findings);
      expect(findings.problems).toEqual([]);
    }
  });
});

describe('a trust policy in the documents', () => {
  it.each([
    [
      'docs/identity-center-setup.md',
      'config/iam/user-role.trust.assume-role.json',
      {
        SERVER_ROLE_ARN: 'arn:aws:iam::999999999999:role/cloudwatch-mcp-server',
        EXTERNAL_ID: '6f1c9a52-0d7e-4f0a-9b53-2d6e8a9c7f10',
      },
    ],
    [
      'docs/choosing-a-provider.md',
      'config/iam/user-role.trust.web-identity.json',
      {
        USER_ACCOUNT_ID: '111122223333',
        OIDC_PROVIDER: 'example.okta.com/oauth2/default',
        TOKEN_AUDIENCE: 'https://mcp.example.com/mcp',
        SUBJECT_PATTERN: '*@example.com',
      },
    ],
  ])('of %s is the one of %s', (path, file, values: Readonly<Record<string, string>>) => {
    const filled = readProjectFile(file).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? name);
    const shown = readMarkdown(path).fences.filter(({ language }) => language === 'json');
    expect(shown.map(({ text }) => JSON.parse(text) as unknown)).toContainEqual(JSON.parse(filled));
  });
});
