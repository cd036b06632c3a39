import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTemplate, type Resource, resourcesOf } from '../support/cloudformation.js';

type Specification = Awaited<ReturnType<typeof loadAwsServiceSpec>>;

let specification: Specification;
beforeAll(async () => {
  specification = await loadAwsServiceSpec();
});

const TEMPLATES = ['observability.yaml'];
const PARAMETERS: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  'observability.yaml': [{}, { AlarmEmail: 'ops@example.com' }, { LogGroupName: '/ecs/cloudwatch-mcp' }],
};

/** What CloudFormation's resource specification says against a resource. */
function problems(id: string, { Type, Properties }: Resource): string[] {
  const [type] = specification.lookup('resource', 'cloudFormationType', 'equals', Type);
  if (type === undefined) return [`${id}: there is no ${Type}`];
  const unknown = Object.keys(Properties).filter((name) => !(name in type.properties));
  const missing = Object.entries(type.properties).filter(([name, { required }]) => required && !(name in Properties));
  return [
    ...unknown.map((name) => `${id}: ${Type} has no ${name}`),
    ...missing.map(([name]) => `${id}: ${Type} needs ${name}`),
  ];
}

describe.each(TEMPLATES)('config/cloudformation/%s', (name) => {
  it('has resources that CloudFormation knows, with all that they need, whatever the parameters', () => {
    for (const parameters of PARAMETERS[name] ?? []) {
      const resources = Object.entries(resourcesOf(readTemplate(name), parameters));
      expect(resources.length).toBeGreaterThan(3);
      expect(resources.flatMap(([id, resource]) => problems(id, resource))).toEqual([]);
    }
  });

  it('has dashboards that are JSON', () => {
    for (const parameters of PARAMETERS[name] ?? []) {
      for (const { Type, Properties } of Object.values(resourcesOf(readTemplate(name), parameters))) {
        if (Type !== 'AWS::CloudWatch::Dashboard') continue;
        const { widgets } = JSON.parse(String(Properties['DashboardBody'])) as { widgets: { type: string }[] };
        expect(widgets.map(({ type }) => type)).toEqual([
          'alarm',
          'metric',
          'metric',
          'metric',
          'LogGroupName' in parameters ? 'log' : 'metric',
        ]);
      }
    }
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
