import { describe, expect, it } from 'vitest';
import { readTemplate, resourcesOf } from '../support/cloudformation.js';
import { QUICK_START } from '../support/cloudformation-parameters.js';
import { propertiesOf } from '../support/cloudformation-stack.js';

const template = readTemplate('quick-start.yaml');
const stack = resourcesOf(template, QUICK_START);
const properties = (id: string): Readonly<Record<string, unknown>> => propertiesOf(stack, id);

describe('the alarms of the quick start', () => {
  it('go off at more than 10 suspicious failures in 5 minutes, counted from the log of this stack [D4] [E5]', () => {
    expect(properties('SuspiciousFailuresAlarm')).toMatchObject({
      Namespace: 'CloudWatchMcp/prod',
      MetricName: 'SuspiciousAuthenticationFailures',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 10,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: ['<AlarmTopic>'],
    });
    const filters = Object.values(stack)
      .filter(({ Type }) => Type === 'AWS::Logs::MetricFilter')
      .map(({ Properties }) => Properties['LogGroupName']);
    expect(filters).toEqual(Array.from({ length: 4 }, () => '<ServerLog>'));
  });

  it('do not count a missing credential or an expired token [D4]', () => {
    const pattern = String(properties('SuspiciousFailuresFilter')['FilterPattern']);
    expect(pattern).toContain('$.auth.reason != "missing"');
    expect(pattern).toContain('$.auth.reason != "expired"');
  });

  it('tell an address by e-mail, over a topic that is encrypted with a key alarms may use [D4] [E5]', () => {
    const { AlarmSubscription: subscription } = resourcesOf(template, {
      ...QUICK_START,
      AlarmEmail: 'ops@example.com',
    });
    expect(subscription?.Properties).toEqual({
      TopicArn: '<AlarmTopic>',
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    expect(properties('AlarmTopic')['KmsMasterKeyId']).toBe('<AlarmKey>');
    expect(JSON.stringify(properties('AlarmKey')['KeyPolicy'])).toContain(
      '"Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":["kms:Decrypt","kms:GenerateDataKey*"]',
    );
  });
});
