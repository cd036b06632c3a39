import { describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { compilePolicy, evaluate, type PolicyStatement } from '../../src/demo/aws-emulator/iam.js';
import { outputsOf, readTemplate, resourcesOf } from '../support/cloudformation.js';
import { propertiesOf } from '../support/cloudformation-stack.js';

const GIVEN = {
  Environment: 'prod',
  PublicUrl: 'https://mcp.example.com',
  CallbackUrls: 'https://chat.example.com/oauth/callback,http://localhost:8080/callback',
  DomainPrefix: 'example-cloudwatch-mcp',
};
const template = readTemplate('identity.yaml');
const stack = resourcesOf(template, GIVEN);
const properties = (id: string): Readonly<Record<string, unknown>> => propertiesOf(stack, id);

describe('the Cognito stack', () => {
  it('has people who may add a second factor, whom an administrator makes [E6]', () => {
    expect(properties('UserPool')).toMatchObject({
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: 'ACTIVE',
    });
  });

  it('has a client for the code flow alone, with the scopes of the server, that cannot write its own role [E6]', () => {
    expect(properties('ResourceServer')).toMatchObject({
      Identifier: 'https://mcp.example.com/mcp',
      Scopes: [{ ScopeName: 'cw:read' }, { ScopeName: 'cw:query' }],
    });
    expect(properties('UserPoolClient')).toMatchObject({
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: [
        'openid',
        'email',
        'profile',
        'https://mcp.example.com/mcp/cw:read',
        'https://mcp.example.com/mcp/cw:query',
      ],
      CallbackURLs: GIVEN.CallbackUrls.split(','),
      WriteAttributes: ['email', 'name'],
      EnableTokenRevocation: true,
    });
  });

  it('has an identity pool without guests, whose tokens are checked with the user pool [E6]', () => {
    expect(properties('IdentityPool')).toMatchObject({
      AllowUnauthenticatedIdentities: false,
      AllowClassicFlow: false,
      CognitoIdentityProviders: [{ ClientId: '<UserPoolClient>', ServerSideTokenCheck: true }],
    });
    expect(properties('IdentityPoolRoles')['Roles']).toEqual({ authenticated: '<SignedInRole.Arn>' });
  });

  it('has a role for signed-in people of this pool and nobody else, which reads and never unmasks [E6]', () => {
    const COGNITO = 'cognito-identity.amazonaws.com';
    const { AssumeRolePolicyDocument: trust, Policies: policies } = properties('SignedInRole') as {
      AssumeRolePolicyDocument: { Statement: PolicyStatement[] };
      Policies: { PolicyDocument: { Statement: PolicyStatement[] } }[];
    };
    const admits = (aud: string, amr: string): string =>
      evaluate(compilePolicy(trust.Statement), {
        action: 'sts:AssumeRoleWithWebIdentity',
        resource: '*',
        principals: [COGNITO],
        context: { [`${COGNITO}:aud`]: aud, [`${COGNITO}:amr`]: amr },
      });
    expect(admits('<IdentityPool>', 'authenticated')).toBe('allow');
    expect(admits('<IdentityPool>', 'unauthenticated')).toBe('no-allow');
    expect(admits('us-east-1:another', 'authenticated')).toBe('no-allow');
    const permissions = compilePolicy(policies.flatMap(({ PolicyDocument: document }) => document.Statement));
    const group = 'arn:aws:logs:us-east-1:999999999999:log-group:/shop/checkout';
    expect(evaluate(permissions, { action: 'logs:StartQuery', resource: group })).toBe('allow');
    expect(evaluate(permissions, { action: 'logs:Unmask', resource: group })).toBe('explicit-deny');
    expect(evaluate(permissions, { action: 'sts:AssumeRole', resource: '*' })).toBe('no-allow');
  });

  it('makes no identity pool and no role of it where tokens are exchanged by AssumeRole', () => {
    const types = Object.values(resourcesOf(template, { ...GIVEN, Exchange: 'assume-role' })).map(({ Type }) => Type);
    expect(types.filter((type) => /IdentityPool|IAM/.test(type))).toEqual([]);
  });

  it('tells scopes that the server takes', () => {
    const { ToolScopes: scopes } = outputsOf(template, GIVEN);
    const config = loadAppConfig({
      OIDC_ISSUER: 'https://idp.example.com',
      OIDC_CLIENT_ID: 'chat',
      AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
      TOOL_SCOPES: String(scopes),
    });
    expect(config.scopes.tools).toEqual({
      logs: 'https://mcp.example.com/mcp/cw:query',
      metrics: 'https://mcp.example.com/mcp/cw:read',
      alarms: 'https://mcp.example.com/mcp/cw:read',
    });
  });
});
