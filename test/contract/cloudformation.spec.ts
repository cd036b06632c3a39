import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { cloudFormationFiles } from '../../src/generate/cloudformation/cloudformation-files.factory.js';
import { type Given, outputsOf, readTemplate, resourcesOf, templateText } from '../support/cloudformation.js';
import { type Specification, templateProblems } from '../support/cloudformation-problems.js';
import { QUICK_START, SERVICE } from '../support/cloudformation-parameters.js';

let specification: Specification;
beforeAll(async () => {
  specification = await loadAwsServiceSpec();
});

const OPTIONAL: Given = {
  APIKeys: '',
  MemberRoleArns: 'arn:aws:iam::111122223333:role/CloudWatchReader,arn:aws:iam::444455556666:role/CloudWatchReader',
  AccessFile: '/etc/cloudwatch-mcp/access.yaml',
  DomainName: 'mcp.example.com',
  HostedZoneId: 'Z0123456789ABCDEFGHIJ',
  OidcIssuer: 'https://example.okta.com/oauth2/default',
  OidcProfile: 'okta',
  OAuthAudience: 'https://mcp.example.com/mcp',
  CognitoUserPoolId: 'us-east-1_AbCdEfGhI',
  CognitoClientId: '4h1exampleclientid',
  CognitoIdentityPoolId: 'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  ToolScopes: 'logs=cw:query,metrics=cw:read',
  CorsAllowedOrigins: 'https://chat.example.com',
  RedisUrlSecretArn: 'arn:aws:secretsmanager:us-east-1:999999999999:secret:redis-AbCdEf',
  KmsKeyArn: 'arn:aws:kms:us-east-1:999999999999:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  CpuArchitecture: 'ARM64',
  Waf: 'false',
};
const SIGN_IN: Given = {
  Environment: 'beta',
  PublicUrl: 'https://mcp.example.com',
  CallbackUrls: 'https://chat.example.com/oauth/callback,http://localhost:8080/callback',
  DomainPrefix: 'example-cloudwatch-mcp',
};
const READER: Given = {
  ServerRoleArn: 'arn:aws:iam::999999999999:role/server',
  ExternalId: '51af3dc0-da77-11e4-872e-1234567db123',
};

/** Every template, with values of its parameters that take either side of each of its conditions. */
const TEMPLATES: Readonly<Record<string, readonly Given[]>> = {
  'quick-start.yaml': [
    QUICK_START,
    { ...QUICK_START, ...OPTIONAL, NatGateways: '2', VpcEndpoints: 'false', AlarmEmail: 'ops@example.com' },
  ],
  'network.yaml': [{ Environment: 'beta' }, { Environment: 'beta', NatGateways: '2', VpcEndpoints: 'false' }],
  'service.yaml': [SERVICE, { ...SERVICE, ...OPTIONAL }],
  'identity.yaml': [SIGN_IN, { ...SIGN_IN, Environment: 'prod', Exchange: 'assume-role', ClientSecret: 'true' }],
  'user-roles.yaml': [READER, { ...READER, RoleName: 'Shop', LogGroupPrefix: '/shop/' }],
  'observability.yaml': [{}, { AlarmEmail: 'ops@example.com' }, { LogGroupName: '/ecs/cloudwatch-mcp' }],
};

describe.each(Object.entries(TEMPLATES))('config/cloudformation/%s', (name, parameters) => {
  it('holds nothing that CloudFormation does not know, and checks every parameter with its name', () => {
    expect(templateProblems(specification, readTemplate(name))).toEqual([]);
  });

  it('has resources and outputs that refer to each other only where they exist, whatever the parameters', () => {
    for (const given of parameters) {
      const resources = resourcesOf(readTemplate(name), given);
      expect(Object.keys(resources).length).toBeGreaterThan(0);
      expect(JSON.stringify([resources, outputsOf(readTemplate(name), given)])).not.toContain('undefined');
    }
  });

  it('fails before anything is made, with the name of a required parameter that is missing', () => {
    const template = readTemplate(name);
    const [whole = {}] = parameters;
    for (const missing of Object.keys(whole).filter((each) => template.Parameters[each]?.Default === undefined)) {
      const { [missing]: _left, ...rest } = whole;
      expect(() => resourcesOf(template, rest)).toThrow(missing);
    }
  });

  it('has dashboards that are JSON', () => {
    for (const given of parameters) {
      for (const { Type, Properties } of Object.values(resourcesOf(readTemplate(name), given))) {
        if (Type !== 'AWS::CloudWatch::Dashboard') continue;
        const { widgets } = JSON.parse(String(Properties['DashboardBody'])) as { widgets: { type: string }[] };
        expect(widgets.map(({ type }) => type)).toEqual([
          'alarm',
          'metric',
          'metric',
          'metric',
          name === 'quick-start.yaml' || 'LogGroupName' in given ? 'log' : 'metric',
        ]);
      }
    }
  });
});

describe('templates', () => {
  it('are committed as `npm run generate` writes them', async () => {
    for (const [path, text] of await cloudFormationFiles(new Map())) {
      expect(templateText(path.replace('config/cloudformation/', '')), path).toBe(text);
    }
  });

  it('are small enough to be deployed without a bucket', () => {
    for (const name of Object.keys(TEMPLATES)) expect(Buffer.byteLength(templateText(name)), name).toBeLessThan(51_200);
  });
});

describe('the stack of alarms', () => {
  it('tells an address only when one is given, and reads a log only when one is named', () => {
    const types = (parameters = {}): string[] =>
      Object.values(resourcesOf(readTemplate('observability.yaml'), parameters)).map(({ Type }) => Type);
    expect(types()).not.toContain('AWS::SNS::Subscription');
    expect(types()).not.toContain('AWS::Logs::MetricFilter');
    expect(types({ AlarmEmail: 'ops@example.com' })).toContain('AWS::SNS::Subscription');
    expect(types({ LogGroupName: '/mcp' }).filter((type) => type === 'AWS::Logs::MetricFilter')).toHaveLength(4);
  });

  it('alarms on more than 10 suspicious failures in 5 minutes, and tells its topic [D4]', () => {
    const { SuspiciousFailuresAlarm: alarm } = resourcesOf(readTemplate('observability.yaml'));
    expect(alarm?.Properties).toMatchObject({
      MetricName: 'SuspiciousAuthenticationFailures',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 10,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: ['<AlarmTopic>'],
    });
    expect(alarm?.Properties).not.toHaveProperty('Dimensions');
  });
});
