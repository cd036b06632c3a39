import { describe, expect, it } from 'vitest';
import { parseAccessFile } from '../../src/config/access-file.js';
import { loadAppConfig } from '../../src/config/app-config.js';
import type { Findings } from '../../src/config/findings.js';
import { settingsSchema } from '../../src/config/settings.js';
import { brokenLinks, environmentOf, readMarkdown, readProjectFile } from './markdown.js';

interface Required {
  readonly headings: readonly string[];
  /** Each stands in a shell block. */
  readonly commands: readonly string[];
  /** Each is named somewhere. */
  readonly variables: readonly string[];
  /** What must be said, in these words. */
  readonly says: readonly string[];
  /** Its YAML is for other programs, tested where they are. */
  readonly foreignYaml?: true;
}

/** What each document must hold. */
const DOCUMENTS: Readonly<Record<string, Required>> = {
  'docs/identity-center-setup.md': {
    headings: [
      'What Identity Center cannot do',
      '1. Enable Identity Center',
      '2. Permission set',
      '3. Application',
      '4. Role and trust policy',
      '5. Permissions',
      '6. Assign users and groups',
      '7. Automatic provisioning',
      '8. Environment variables',
      '9. Several accounts',
      '10. Test and validate',
    ],
    commands: [
      'aws sso-admin create-instance',
      'aws sso-admin create-permission-set',
      'aws sso-admin attach-managed-policy-to-permission-set',
      'aws sso-admin put-inline-policy-to-permission-set',
      'aws sso-admin create-application',
      'aws iam create-role',
      'aws iam put-role-policy',
      'aws iam attach-role-policy',
      'aws sso-admin create-account-assignment',
      'aws identitystore list-groups',
      'aws identitystore list-users',
      'aws cloudtrail lookup-events',
    ],
    variables: [
      'AWS_IDENTITY_CENTER_ISSUER',
      'AWS_IDENTITY_CENTER_CLIENT_ID',
      'AWS_IDENTITY_CENTER_REGION',
      'AWS_IDENTITY_CENTER_START_URL',
      'OAUTH_AUDIENCE',
      'AWS_CLOUDWATCH_ROLE_ARN',
      'AWS_ALLOWED_ROLE_ARNS',
      'AWS_ROLE_EXTERNAL_ID',
      'ACCESS_FILE',
    ],
    says: [
      'It issues no token that another service could verify',
      'Trusted identity propagation does not reach CloudWatch',
      'CloudWatchReadOnlyAccess',
      'awsapps.com/start',
      'Does not apply',
    ],
  },
  'docs/choosing-a-provider.md': {
    headings: [
      'When to choose which',
      'Comparison',
      'What every provider must give',
      'Claims and audience of each provider',
      'Okta',
      'Entra ID',
      'Auth0',
      'Keycloak',
      'The AWS side for Cognito',
      'The AWS side for an OpenID provider',
      'Migration phases',
    ],
    commands: [
      'aws cognito-idp create-user-pool ',
      'aws cognito-idp create-user-pool-client',
      'aws cognito-identity create-identity-pool',
      'aws cognito-identity set-identity-pool-roles',
      'aws cognito-identity describe-identity-pool',
      'aws iam create-role',
      'aws iam create-open-id-connect-provider',
    ],
    variables: [
      'OIDC_ISSUER',
      'OIDC_PROFILE',
      'OAUTH_JWKS_URL',
      'OAUTH_AUDIENCE',
      'OAUTH_ALLOWED_CLIENTS',
      'ACCEPT_ID_TOKENS',
      'OAUTH_ENABLED',
      'ISSUERS_FILE',
      'AWS_COGNITO_REGION',
      'AWS_COGNITO_USER_POOL_ID',
      'AWS_COGNITO_CLIENT_ID',
      'AWS_COGNITO_IDENTITY_POOL_ID',
      'AWS_CREDENTIAL_EXCHANGE',
    ],
    says: [
      'The provider your people already sign in with',
      'Your users are outside the company, or you have no provider',
      'Set-up',
      'AWS integration',
      'Multi-account',
      'External users',
      'Social login',
      'Cost',
      'Best for',
      'cognito:groups',
      'token_use',
      '`cid`',
      '`scp`',
      '`azp`',
      '`permissions`',
      'realm_access.roles',
    ],
  },
  'docs/clients.md': {
    headings: [
      'Which way',
      'LibreChat',
      'Everyone signs in',
      'One sign-in for both',
      'Everyone has an API key',
      'Variables and Secret of LibreChat',
      'Claude Desktop',
      'Claude Code',
      'VS Code',
      'Cursor',
      'Windsurf',
      'Goose',
      'MCP Inspector',
      'mcp-remote',
      'Redirect addresses to register',
      'What each provider needs',
      'Known limits of clients',
    ],
    commands: [
      'kubectl create secret generic oauth-credentials',
      'kubectl rollout restart deployment',
      'claude mcp add --transport http cloudwatch',
      '--client-id',
      '--header "Authorization: Bearer $CLOUDWATCH_MCP_API_KEY"',
      'goose session --with-streamable-http-extension',
      '@modelcontextprotocol/inspector --cli',
      '--protocol-era modern',
      '/.well-known/openid-configuration',
    ],
    variables: [
      'OIDC_ISSUER',
      'OAUTH_AUDIENCE',
      'OAUTH_REQUIRED_SCOPES',
      'OAUTH_ALLOWED_CLIENTS',
      'TOOL_SCOPES',
      'API_KEYS',
      'API_KEYS_FILE',
      'OAUTH_CLIENT_ID',
      'OAUTH_CLIENT_SECRET',
      'OAUTH_REDIRECT_URI',
      'OPENID_REUSE_TOKENS',
      'DOMAIN_SERVER',
      'MCP_SERVER_URL',
      'MCP_API_KEY',
    ],
    says: [
      'to the deployment of LibreChat, not to this server',
      'There is no\n`ENABLE_OAUTH`',
      'registers itself (DCR)',
      '(CIMD)',
      'Cognito',
      'Entra ID',
      'Okta',
      'Auth0',
      'Keycloak',
      'https://chat.example.com/api/mcp/cloudwatch/oauth/callback',
      'https://claude.ai/api/mcp/auth_callback',
      'https://claude.com/api/mcp/auth_callback',
      'http://localhost:8787/callback',
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'https://vscode.dev/redirect',
      "called from Anthropic's cloud",
      'so they never get it',
    ],
    foreignYaml: true,
  },
};

const PATHS = Object.keys(DOCUMENTS);

/** What else looks like one of our variables: AWS's word for a kind of target, and what belongs to a front end. */
const FOREIGN = new Set(['AWS_ACCOUNT', 'OAUTH_REDIRECT_URI', 'CLOUDWATCH_MCP_API_KEY']);
const OURS =
  /\b(?:(?:AWS|OAUTH|OIDC|API_KEY|API_KEYS|AUTH|CLOUDWATCH_MCP|RATE_LIMIT|INSECURE)_[A-Z_]+|API_KEYS|ENABLE_AUTH|ACCEPT_ID_TOKENS|ISSUERS_FILE|ACCESS_FILE|TOOL_SCOPES|ROLE_CLAIM|STATE_SECRET|PUBLIC_URL)\b/g;

const MINIMAL = {
  PUBLIC_URL: 'https://mcp.example.com',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
};

describe.each(PATHS)('%s', (path) => {
  const document = readMarkdown(path);
  const required = DOCUMENTS[path] as Required;

  it('has its headings, commands, variables and statements', () => {
    expect(document.headings).toEqual(expect.arrayContaining([...required.headings]));
    const shell = document.fences.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const missing = [
      ...required.commands.filter((command) => !shell.some((text) => text.includes(command))),
      ...[...required.variables, ...required.says].filter((text) => !document.text.includes(text)),
    ];
    expect(missing).toEqual([]);
  });

  it('names no variable that the server does not read', () => {
    const named = new Set([...document.text.matchAll(OURS)].map(([name]) => name));
    const exported = [...document.text.matchAll(/^export (.+)$/gm)].flatMap(
      ([, line = '']) => line.match(/\w+(?==)/g) ?? [],
    );
    const known = new Set([...Object.keys(settingsSchema.shape), ...FOREIGN, ...exported]);
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(3);
  });

  it('links to what is there', () => {
    expect(brokenLinks(path)).toEqual([]);
  });

  it('shows only configurations that the server starts with', () => {
    const shown = document.fences.map(environmentOf).filter((env) => env !== undefined);
    expect(shown.length).toBeGreaterThan(0);
    for (const env of shown)
      expect(() => loadAppConfig({ ...MINIMAL, ...env, STATE_SECRET: 's'.repeat(32) })).not.toThrow();
  });

  it('shows only JSON and YAML that can be read', () => {
    for (const { language, text } of document.fences) {
      if (language === 'json') expect(() => JSON.parse(text) as unknown).not.toThrow();
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
