import { describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { settingsSchema } from '../../src/config/settings.js';
import { compilePolicy, evaluate, type PolicyStatement } from '../../src/demo/aws-emulator/iam.js';
import { createHttpServer } from '../../src/security-monitoring/http/http-server.factory.js';
import { outputsOf, readTemplate, type Resource, resourcesOf, templateText } from '../support/cloudformation.js';
import { environmentOf, propertiesOf } from '../support/cloudformation-stack.js';
import { QUICK_START, SERVICE } from '../support/cloudformation-parameters.js';

const template = readTemplate('quick-start.yaml');
const stack = resourcesOf(template, QUICK_START);
const properties = (id: string): Readonly<Record<string, unknown>> => propertiesOf(stack, id);
const ofType = (type: string, resources = stack): readonly Resource[] =>
  Object.values(resources).filter(({ Type }) => Type === type);
const attributesOf = (id: string, name: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries((properties(id)[name] as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, Value]));

describe('the quick start', () => {
  it('needs an environment, a certificate and API keys, which it never shows, and tells its address [E5]', () => {
    const required = Object.entries(template.Parameters).filter(
      ([, { Default: byDefault }]) => byDefault === undefined,
    );
    expect(required.map(([name]) => name).sort()).toEqual(['ACMCertificateArn', 'APIKeys', 'Environment']);
    expect(template.Parameters['APIKeys']?.NoEcho).toBe(true);
    expect(outputsOf(template, QUICK_START)['LoadBalancerDNS']).toBe('<LoadBalancer.DNSName>');
  });

  it('names no IAM role, so that CAPABILITY_IAM is enough [E5]', () => {
    const roles = ofType('AWS::IAM::Role');
    expect(roles).toHaveLength(3);
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty('RoleName');
  });
});

describe('its network', () => {
  it('is 10.0.0.0/16 with two public and two private subnets in two availability zones [E5]', () => {
    expect(properties('Vpc')['CidrBlock']).toBe('10.0.0.0/16');
    expect(
      ofType('AWS::EC2::Subnet').map(({ Properties }) => [Properties['CidrBlock'], Properties['AvailabilityZone']]),
    ).toEqual([
      ['10.0.0.0/24', 'us-east-1a'],
      ['10.0.1.0/24', 'us-east-1b'],
      ['10.0.10.0/24', 'us-east-1a'],
      ['10.0.11.0/24', 'us-east-1b'],
    ]);
    for (const { Properties } of ofType('AWS::EC2::Subnet'))
      expect(Properties).not.toHaveProperty('MapPublicIpOnLaunch');
  });

  it('leads public subnets to the internet and private ones over NAT [E5]', () => {
    const tableOf = (subnet: string): unknown =>
      ofType('AWS::EC2::SubnetRouteTableAssociation').find(({ Properties }) => Properties['SubnetId'] === `<${subnet}>`)
        ?.Properties['RouteTableId'];
    const wayOut = (subnet: string): unknown[] =>
      ofType('AWS::EC2::Route')
        .filter(({ Properties }) => Properties['RouteTableId'] === tableOf(subnet))
        .map(({ Properties: { DestinationCidrBlock: to, GatewayId: gateway, NatGatewayId: nat } }) => [
          to,
          gateway ?? nat,
        ]);
    expect(wayOut('PublicSubnetA')).toEqual([['0.0.0.0/0', '<InternetGateway>']]);
    expect(wayOut('PublicSubnetB')).toEqual([['0.0.0.0/0', '<InternetGateway>']]);
    expect(wayOut('PrivateSubnetA')).toEqual([['0.0.0.0/0', '<NatGatewayA>']]);
    expect(wayOut('PrivateSubnetB')).toEqual([['0.0.0.0/0', '<NatGatewayA>']]);
    expect(properties('NatGatewayA')['SubnetId']).toBe('<PublicSubnetA>');
  });

  it('has private endpoints of every AWS service that the server and its start call [E5]', () => {
    const endpoints = ofType('AWS::EC2::VPCEndpoint').map(({ Properties }) => Properties);
    expect(
      endpoints.map(({ ServiceName: name }) => String(name).replace('com.amazonaws.us-east-1.', '')).sort(),
    ).toEqual(['ecr.api', 'ecr.dkr', 'logs', 'monitoring', 's3', 'secretsmanager', 'sts']);
    for (const { VpcEndpointType: type, PrivateDnsEnabled: dns } of endpoints)
      expect([type, dns]).toEqual(type === 'Gateway' ? ['Gateway', undefined] : ['Interface', true]);
  });
});

describe('its load balancer', () => {
  it('speaks HTTPS with the given certificate, TLS 1.2 at least, and has no other listener [E5]', () => {
    expect(ofType('AWS::ElasticLoadBalancingV2::Listener').map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        Port: 443,
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn: QUICK_START['ACMCertificateArn'] }],
        SslPolicy: expect.stringMatching(/^ELBSecurityPolicy-TLS13-1-[23]-/) as string,
      }),
    ]);
  });

  it('lets anybody in on 443, and nobody but itself to the port of the server [E5]', () => {
    expect(properties('LoadBalancerSecurityGroup')['SecurityGroupIngress']).toEqual([
      expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }),
    ]);
    expect(properties('ServerSecurityGroup')).not.toHaveProperty('SecurityGroupIngress');
    expect(ofType('AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        GroupId: '<ServerSecurityGroup>',
        FromPort: 3334,
        ToPort: 3334,
        SourceSecurityGroupId: '<LoadBalancerSecurityGroup>',
      }),
    ]);
    expect(properties('LoadBalancerSecurityGroup')['SecurityGroupEgress']).toEqual([
      expect.objectContaining({ FromPort: 3334, ToPort: 3334, DestinationSecurityGroupId: '<ServerSecurityGroup>' }),
    ]);
  });

  it('asks /health, and lets go of a task no sooner than the server ends [E5]', () => {
    expect(properties('TargetGroup')).toMatchObject({ HealthCheckPath: '/health', TargetType: 'ip', Port: 3334 });
    const delay = Number(attributesOf('TargetGroup', 'TargetGroupAttributes')['deregistration_delay.timeout_seconds']);
    expect(delay).toBeGreaterThanOrEqual(25);
  });

  it('closes idle connections before the server does, drops malformed headers, and cannot be deleted in production', () => {
    const attributes = attributesOf('LoadBalancer', 'LoadBalancerAttributes');
    const { keepAliveTimeout } = createHttpServer(() => undefined);
    expect(Number(attributes['idle_timeout.timeout_seconds']) * 1_000).toBeLessThan(keepAliveTimeout);
    expect(attributes).toMatchObject({
      'deletion_protection.enabled': 'true',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'strictest',
    });
    const beta = resourcesOf(template, { ...QUICK_START, Environment: 'beta' });
    expect(JSON.stringify(propertiesOf(beta, 'LoadBalancer'))).toContain(
      '"deletion_protection.enabled","Value":"false"',
    );
  });

  it('has a firewall that only counts what queries of logs look like, and that can be left out', () => {
    const rules = JSON.stringify(properties('WebAcl')['Rules']);
    for (const rule of ['SizeRestrictions_BODY', 'CrossSiteScripting_BODY', 'SQLi_BODY'])
      expect(rules).toContain(`{"Name":"${rule}","ActionToUse":{"Count":{}}}`);
    expect(rules).toContain('RateBasedStatement');
    expect(ofType('AWS::WAFv2::WebACL', resourcesOf(template, { ...QUICK_START, Waf: 'false' }))).toEqual([]);
  });
});

describe('its tasks', () => {
  const [container = {}] = properties('TaskDefinition')['ContainerDefinitions'] as Record<string, unknown>[];

  it('run in private subnets without public addresses [E5]', () => {
    expect(properties('Service')['NetworkConfiguration']).toEqual({
      AwsvpcConfiguration: {
        AssignPublicIp: 'DISABLED',
        Subnets: ['<PrivateSubnetA>', '<PrivateSubnetB>'],
        SecurityGroups: ['<ServerSecurityGroup>'],
      },
    });
  });

  it('run as a user without rights on a file system that is read only', () => {
    expect(container).toMatchObject({
      User: '10001:10001',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      StopTimeout: 30,
      PortMappings: [{ ContainerPort: 3334, Protocol: 'tcp' }],
    });
  });

  it('get keys and secrets from Secrets Manager and hold none themselves [E5]', () => {
    expect(container['Secrets']).toEqual([
      { Name: 'STATE_SECRET', ValueFrom: '<StateSecret>' },
      { Name: 'API_KEYS', ValueFrom: '<ApiKeysSecret>' },
    ]);
    expect(properties('ApiKeysSecret')['SecretString']).toBe(QUICK_START['APIKeys']);
    expect(properties('StateSecret')['GenerateSecretString']).toMatchObject({ PasswordLength: 64 });
    const everythingElse = Object.entries(stack).filter(([id]) => id !== 'ApiKeysSecret');
    expect(JSON.stringify(everythingElse)).not.toContain(QUICK_START['APIKeys']);
  });

  it('are replaced without a gap, rolled back when they fail, and scaled', () => {
    expect(properties('Service')).toMatchObject({
      LaunchType: 'FARGATE',
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
    });
    expect(properties('Scaling')).toMatchObject({ MinCapacity: 2, MaxCapacity: 6 });
  });

  it('write a log that is kept for a time and outlives the stack', () => {
    expect(properties('ServerLog')['RetentionInDays']).toBe(365);
    expect(template.Resources['ServerLog']).toMatchObject({ DeletionPolicy: 'Retain' });
  });

  it.each([
    ['quick-start.yaml', QUICK_START, 'https://loadbalancer.dnsname.example'],
    ['quick-start.yaml', { ...QUICK_START, DomainName: 'mcp.example.com' }, 'https://mcp.example.com'],
    [
      'service.yaml',
      {
        ...SERVICE,
        APIKeys: '',
        DomainName: 'mcp.example.com',
        OidcIssuer: 'https://idp.example.com',
        ToolScopes: 'logs=cw:query',
      },
      'https://mcp.example.com',
    ],
    [
      'service.yaml',
      {
        ...SERVICE,
        DomainName: 'mcp.example.com',
        CognitoUserPoolId: 'us-east-1_AbCdEfGhI',
        CognitoClientId: '4h1exampleclientid',
        CognitoIdentityPoolId: 'us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
        CorsAllowedOrigins: 'https://chat.example.com',
        RedisUrlSecretArn: 'arn:aws:secretsmanager:us-east-1:999999999999:secret:redis-AbCdEf',
      },
      'https://mcp.example.com',
    ],
  ])('of %s start the server with %o', (name, given, publicUrl) => {
    const config = loadAppConfig(environmentOf(resourcesOf(readTemplate(name), given)));
    expect(config.http).toMatchObject({ port: 3334, publicUrl });
    expect(config.http.allowedHosts).toContain(new URL(publicUrl).hostname);
    expect(config.auth.enabled).toBe(true);
    expect(config.stateSecretConfigured).toBe(true);
    expect(config.auditLog).toBe('stdout');
  });

  it('are told nothing by a variable that the server does not have', () => {
    const names = [...templateText('service.yaml').matchAll(/\bName: ([A-Z][A-Z_]+)(?:,|$)/gm)];
    expect(names.length).toBeGreaterThan(20);
    for (const [, name = ''] of names) expect(settingsSchema.shape).toHaveProperty(name);
  });

  it('believe the load balancer, and only it, about the addresses of clients', () => {
    const { TRUSTED_PROXIES: trusted = '' } = environmentOf(stack);
    const balancer = (properties('LoadBalancer')['Subnets'] as string[]).map(
      (reference) => properties(reference.slice(1, -1))['CidrBlock'],
    );
    expect(trusted.split(',')).toEqual(balancer);
  });
});

describe('its roles', () => {
  const policyOf = (id: string): readonly PolicyStatement[] => {
    const { PolicyDocument: document } = properties(id) as { PolicyDocument: { Statement: PolicyStatement[] } };
    return document.Statement;
  };

  it('let the server become its callers and put its metrics, and read nothing itself', () => {
    const decide = (action: string, resource: string, context = {}): string =>
      evaluate(compilePolicy(policyOf('ServerPermissions')), { action, resource, context });
    for (const action of ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']) {
      expect(decide(action, '<ReaderRole.Arn>')).toBe('allow');
      expect(decide(action, 'arn:aws:iam::999999999999:role/Admin')).toBe('no-allow');
    }
    expect(decide('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'CloudWatchMcp' })).toBe('allow');
    expect(decide('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'AWS/Logs' })).toBe('no-allow');
    expect(decide('logs:StartQuery', '*')).toBe('explicit-deny');
    expect(decide('secretsmanager:GetSecretValue', '<ApiKeysSecret>')).toBe('no-allow');
  });

  it('let the server become a member role only when it is named', () => {
    const member = 'arn:aws:iam::111122223333:role/CloudWatchReader';
    expect(stack).not.toHaveProperty('MemberRolePermissions');
    const named = propertiesOf(
      resourcesOf(template, { ...QUICK_START, MemberRoleArns: member }),
      'MemberRolePermissions',
    );
    expect(named).toMatchObject({ PolicyDocument: { Statement: [{ Resource: [member] }] } });
  });

  it('let ECS read the secrets of this stack and no others', () => {
    const [policy] = properties('ExecutionRole')['Policies'] as { PolicyDocument: { Statement: PolicyStatement[] } }[];
    const decide = (action: string, resource: string): string =>
      evaluate(compilePolicy(policy?.PolicyDocument.Statement ?? []), { action, resource });
    expect(decide('secretsmanager:GetSecretValue', '<ApiKeysSecret>')).toBe('allow');
    expect(decide('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:us-east-1:999999999999:secret:x')).toBe(
      'no-allow',
    );
    expect(decide('sts:AssumeRole', '<ReaderRole.Arn>')).toBe('no-allow');
  });
});
