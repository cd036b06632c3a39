import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { type AppConfig, loadAppConfig } from './app-config.js';
import type { Findings } from './findings.js';
import { completeIssuer, type IssuerBlock } from './issuer-rules.js';
import { issuersOfText } from './issuers-file.js';

const EXAMPLE = new URL('../../config/examples/issuers.yaml', import.meta.url).pathname;
const ENV = {
  PUBLIC_URL: 'https://mcp.example.com',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
  STATE_SECRET: 's'.repeat(32),
};

const load = (env: Readonly<Record<string, string>>): AppConfig => loadAppConfig({ ...ENV, ...env });

function read(text: string): { blocks: IssuerBlock[]; problems: string[] } {
  const findings: Findings = { problems: [], warnings: [] };
  return { blocks: issuersOfText(text, findings), problems: findings.problems };
}

function problems(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems;
    throw error;
  }
  return [];
}

const OKTA = ['- profile: okta', '  issuer: https://example.okta.com/oauth2/default'].join('\n');

describe('the example of an issuers file', () => {
  it('starts the server with one issuer of every profile it shows [A4] [A5]', () => {
    const { auth, warnings } = load({ ISSUERS_FILE: EXAMPLE });
    expect(auth.issuers).toMatchObject([
      { name: 'employees', profile: 'entra-id', allowedClients: ['99998888-7777-6666-5555-444433332222'] },
      { name: 'subsidiary', profile: 'okta', claimNames: { groups: ['groups'] } },
      {
        name: 'contractors',
        profile: 'auth0',
        requireAtJwt: true,
        claimNames: { groups: ['https://example.com/groups'] },
      },
      {
        name: 'data-centre',
        profile: 'keycloak',
        algorithms: ['ES256'],
        jwksUrl: 'https://keycloak.example.com/realms/operations/protocol/openid-connect/certs',
        claimNames: { groups: ['resource_access', 'cloudwatch-mcp', 'roles'] },
      },
      {
        name: 'customers',
        profile: 'cognito',
        issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI',
        acceptedTokens: ['id'],
        exchange: 'cognito-identity',
        stsRegion: 'us-east-1',
      },
      {
        name: 'partner',
        profile: 'oidc',
        exchange: 'web-identity',
        stsRegion: 'eu-west-1',
        acceptedTokens: ['access'],
      },
    ]);
    expect(warnings.join('\n')).toContain('the identity pool needs ID tokens');
    expect(readFileSync(EXAMPLE, 'utf8')).toContain('ISSUERS_FILE=');
  });

  it('stands beside the variables, all of them different issuers', () => {
    const OIDC_ISSUER = 'https://example.okta.com/oauth2/default';
    expect(problems({ ISSUERS_FILE: EXAMPLE, OIDC_ISSUER })).toEqual([
      expect.stringMatching(/^ISSUERS_FILE line \d+: is the same issuer as OIDC_ISSUER/),
    ]);
    expect(load({ ISSUERS_FILE: EXAMPLE, OIDC_ISSUER: 'https://idp.example.com' }).auth.issuers).toHaveLength(7);
  });
});

describe('issuersOfText', () => {
  it('reports every mistake at once, each with its line and field', () => {
    const text = `
- name: one
  profile: octa
  issuer: http://idp.example.com
  audience: [https://mcp.example.com/mcp]
- profile: oidc
  clientId:
  audiences: []
  algorithms: [RS256, HS256]
  requireAtJwt: perhaps
- profile: cognito
  userPoolId: us-east-1_AbC
  issuer: https://idp.example.com
  exchange: cognito-identity
  requireAtJwt: True
- just a word
- profile: oidc
  issuer: https://user:hunter2@idp.example.com
  userPoolId: us-east-1_AbC
  jwksUrl: file:///etc/passwd
  claims:
    groups: [a, []]
    email: mail
  exchange: magic
  stsRegion: atlantis-1
  acceptIdTokens: true
  requireAtJwt: true
`;
    const { blocks, problems: found } = read(text);
    expect(blocks).toEqual([]);
    expect(found.map((line) => line.replace(/^ISSUERS_FILE /, ''))).toEqual([
      expect.stringMatching(/^line 3: profile: must be one of identity-center, cognito,/),
      expect.stringMatching(/^line 4: issuer: must begin with https/),
      'line 5: audience: is not known here; check its spelling',
      'line 6: issuer: is missing',
      'line 7: clientId: is empty; give it a value or remove it',
      'line 8: audiences: is an empty list; name one or remove it',
      expect.stringMatching(/^line 9: algorithms: must be one of RS256,/),
      'line 10: requireAtJwt: must be true or false',
      'line 11: clientId: is missing; tokens of a user pool are known by their app client',
      'line 13: issuer: is made from userPoolId; remove one of the two',
      'line 14: exchange: needs identityPoolId',
      'line 15: requireAtJwt: tokens of a user pool have no typ; remove it',
      'line 16: must be a map of settings',
      'line 18: issuer: must not hold a user name or password',
      'line 18: issuer: is made from userPoolId; remove one of the two',
      'line 19: userPoolId: needs profile: cognito',
      'line 20: jwksUrl: must begin with https:// (http:// is accepted for loopback addresses only)',
      'line 22: claims.groups: must be the name of a claim, or the list of names that leads to it',
      'line 23: claims.email: is not known here; check its spelling',
      'line 24: exchange: must be one of assume-role, web-identity, cognito-identity',
      'line 25: stsRegion: is not a published AWS region',
      'line 26: acceptIdTokens: no ID token says typ: at+jwt; remove acceptIdTokens or requireAtJwt',
    ]);
    expect(found.join()).not.toContain('hunter2');
  });

  it.each([
    ['a broken list', `${OKTA}\n  audiences: [https://a`, /^ISSUERS_FILE line 3: is not YAML/],
    ['an entry cut short', `${OKTA}\n- profile: oidc\n  iss`, /^ISSUERS_FILE line 4: /],
    ['a map instead of a list', 'issuers: []', /^ISSUERS_FILE line 1: must be a list/],
    ['an empty list', '[]', /^ISSUERS_FILE line 1: holds no issuer/],
    ['two documents', `${OKTA}\n---\n${OKTA}`, /^ISSUERS_FILE line \d: is not YAML/],
    [
      'a setting given twice',
      `${OKTA}\n  issuer: https://other.example.com`,
      /^ISSUERS_FILE line 3: issuer: is given twice/,
    ],
  ])('stops the start at %s', (_name, text, problem) => {
    const { blocks, problems: found } = read(text);
    expect(blocks).toEqual([]);
    expect(found.join('\n')).toMatch(problem);
  });

  it('says which file setting is wrong when there is no file to read', () => {
    expect(problems({ ISSUERS_FILE: '/nonexistent/issuers.yaml' })).toEqual([
      expect.stringMatching(/^ISSUERS_FILE: names a file that cannot be read \(ENOENT\)/),
    ]);
    expect(problems({ ISSUERS_FILE: '/dev/null' })).toEqual([
      expect.stringMatching(/^ISSUERS_FILE: names an empty file/),
    ]);
  });

  it('lets each entry decide for itself and the variables for the rest', () => {
    const text = `${OKTA}\n  audiences: [one]\n  allowedClients: [a]\n  acceptIdTokens: true\n- profile: oidc\n  issuer: https://b.example.com`;
    expect(read(text).blocks).toMatchObject([
      { audiences: ['one'], allowedClients: ['a'], acceptIdTokens: true, source: 'ISSUERS_FILE line 2' },
      { issuer: 'https://b.example.com', source: 'ISSUERS_FILE line 7' },
    ]);
  });

  it('accepts no ID token where at+jwt is required, whatever else holds', () => {
    const entry = '- {profile: oidc, issuer: https://b.example.com, clientId: app, requireAtJwt: true}';
    const findings: Findings = { problems: [], warnings: [] };
    const [block] = issuersOfText(entry, findings);
    const settings = completeIssuer(block as IssuerBlock, { resource: 'https://mcp.test/mcp' }, findings);
    expect(settings).toMatchObject({ requireAtJwt: true, acceptedTokens: ['access'] });
    expect(findings.warnings.join()).not.toContain('ID tokens');
  });

  it('makes issuers of good text or problems of bad text, whatever is cut off or put in', () => {
    const example = readFileSync(EXAMPLE, 'utf8');
    const anywhere = fc.nat(example.length);
    fc.assert(
      fc.property(anywhere, anywhere, fc.string({ maxLength: 8 }), (from, length, put) => {
        const { blocks, problems: found } = read(example.slice(0, from) + put + example.slice(from + length));
        expect(found.length > 0).toBe(blocks.length === 0);
        for (const problem of found) expect(problem).toMatch(/^ISSUERS_FILE line [1-9]\d*: /);
      }),
      { numRuns: 300 },
    );
  });
});
