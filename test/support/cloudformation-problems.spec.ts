import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { outputsOf, parseTemplate, resourcesOf, templateText } from './cloudformation.js';
import { QUICK_START } from './cloudformation-parameters.js';
import { type Specification, templateProblems } from './cloudformation-problems.js';

let specification: Specification;
beforeAll(async () => {
  specification = await loadAwsServiceSpec();
});

const GOOD = templateText('quick-start.yaml');

/** The quick start with a mistake in it. */
function planted(from: string, to: string): ReturnType<typeof parseTemplate> {
  if (!GOOD.includes(from)) throw new Error(`There is no ${from}`);
  return parseTemplate(GOOD.replace(from, to));
}

describe('templateProblems', () => {
  it.each([
    ['a type', 'Type: AWS::ECS::Cluster', 'Type: AWS::ECS::Clusters', 'Cluster: there is no AWS::ECS::Clusters'],
    ['a property', 'CidrBlock: 10.0.0.0/16', 'Cidr: 10.0.0.0/16', 'Vpc: AWS::EC2::VPC has no Cidr'],
    ['a nested property', 'ReadonlyRootFilesystem', 'ReadOnlyRootFilesystem', 'has no ReadOnlyRootFilesystem'],
    [
      'a missing property',
      '      GroupDescription: HTTPS from anywhere to the load balancer\n',
      '',
      'needs GroupDescription',
    ],
    ['a text for a number', 'StopTimeout: 30', "StopTimeout: '30'", 'StopTimeout: "30" is no integer'],
    ['a number for a text', "Cpu: '512'", 'Cpu: 512', 'Cpu: 512 is no string'],
    [
      'a text for a switch',
      'EnableDnsSupport: true',
      "EnableDnsSupport: 'yes'",
      'EnableDnsSupport: "yes" is no boolean',
    ],
    ['a value for a list', 'RequiresCompatibilities: [FARGATE]', 'RequiresCompatibilities: FARGATE', 'is no list'],
    [
      'a value in a choice',
      '!Ref NatGatewayB, !Ref NatGatewayA]',
      '[], !Ref NatGatewayA]',
      'NatGatewayId: [] is no string',
    ],
    ['a parameter', '!Ref RedisUrlSecretArn', '!Ref RedisUrlSecret', 'nobody knows RedisUrlSecret'],
    ['a name in a text', '${Service.Name}', '${Servic.Name}', 'nobody knows Servic'],
    ['a resource of GetAtt', '!GetAtt WebAcl.Arn', '!GetAtt WebACL.Arn', 'nobody knows WebACL'],
    ['an attribute', '!GetAtt WebAcl.Arn', '!GetAtt WebAcl.ARN', 'WebAcl: AWS::WAFv2::WebACL has no attribute ARN'],
    ['a dependency', 'DependsOn: InternetGatewayAttachment', 'DependsOn: Gateway', 'DependsOn: nobody knows Gateway'],
    ['a condition', 'Condition: HasWaf', 'Condition: HasFirewall', 'nobody knows the condition HasFirewall'],
    ['a choice', '!If [HasDomain,', '!If [HasName,', 'nobody knows the condition HasName'],
    ['an idle parameter', 'MaxCapacity: !Ref MaxTasks', 'MaxCapacity: 6', 'nothing uses parameter MaxTasks'],
    ['an idle condition', '!If [IsProduction, ', '!If [HasWaf, ', 'nothing uses condition IsProduction'],
    [
      'a circle',
      '      SecurityGroupEgress:\n        - { IpProtocol: tcp, FromPort: 443',
      '      SecurityGroupIngress: [{ IpProtocol: tcp, SourceSecurityGroupId: !Ref LoadBalancerSecurityGroup }]\n' +
        '      SecurityGroupEgress:\n        - { IpProtocol: tcp, FromPort: 443',
      'ServerSecurityGroup waits for itself',
    ],
    [
      'an unchecked parameter',
      "    AllowedPattern: '(|/[A-Za-z0-9._/-]{1,255})'\n",
      '',
      'AccessFile: anything is accepted',
    ],
    [
      'a mistake without its name',
      'ConstraintDescription: DomainName must',
      'ConstraintDescription: It must',
      'DomainName: a mistake is reported without its name',
    ],
  ] as const)('finds %s that AWS would not take', (_what, from, to, problem) => {
    expect(templateProblems(specification, planted(from, to)).join('\n')).toContain(problem);
  });

  it('finds nothing where nothing is wrong', () => {
    expect(templateProblems(specification, parseTemplate(GOOD))).toEqual([]);
  });
});

describe('resourcesOf', () => {
  it('refuses a resource that its condition leaves out', () => {
    const template = planted('!If [TwoNatGateways, !Ref NatGatewayB, !Ref NatGatewayA]', '!Ref NatGatewayB');
    expect(() => resourcesOf(template, QUICK_START)).toThrow('there is no NatGatewayB');
  });

  it('refuses a function nobody knows', () => {
    expect(() => planted('!Select [0, !GetAZs', '!Pick [0, !GetAZs')).toThrow('!Pick');
  });

  it.each([
    ['Environment', 'Prod!'],
    ['ACMCertificateArn', 'arn:aws:iam::999999999999:server-certificate/x'],
    ['APIKeys', 'too-short'],
    ['MinTasks', '0'],
    ['DomainName', 'https://mcp.example.com'],
    ['NatGateways', '3'],
  ])('refuses a value of %s, by its name', (name, value) => {
    expect(() => resourcesOf(parseTemplate(GOOD), { ...QUICK_START, [name]: value })).toThrow(name);
  });

  it.each([
    [{ APIKeys: '' }, 'Nobody could call the server'],
    [{ HostedZoneId: 'Z0123456789ABCDEFGHIJ' }, 'HostedZoneId needs DomainName'],
    [{ CognitoUserPoolId: 'us-east-1_AbCdEfGhI' }, 'CognitoUserPoolId needs CognitoClientId'],
  ])('refuses %o, which go together with something else', (given, message) => {
    expect(() => outputsOf(parseTemplate(GOOD), { ...QUICK_START, ...given })).toThrow(message);
  });
});
