import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../scenario.js';
import { LOGISTICS_ACCOUNT } from '../scenario-accounts.js';
import { AlarmStore } from './alarm-store.js';
import { calledAt, logisticsAccount, NOW, shopAccount } from './cloudwatch-fixture.js';
import { describeAlarmContributors } from './describe-alarm-contributors.js';
import { describeAlarmHistory } from './describe-alarm-history.js';
import { describeAlarms, describeAlarmsForMetric } from './describe-alarms.js';
import { listTagsForResource } from './list-tags-for-resource.js';
import { getAlarmMuteRule, listAlarmMuteRules, type MuteRule, statusOf } from './mute-rule.js';

const shop = shopAccount();
const rules = shop.alarms.muteRules;
const arn = (name: string): string => `arn:aws:cloudwatch:eu-central-1:111111111111:alarm:${name}`;

describe('describeAlarmContributors', () => {
  const contributors = (AlarmName: string) => describeAlarmContributors(shop.alarms, { AlarmName }, calledAt());

  it('shows the series that are in ALARM with what tells them apart', () => {
    expect(contributors('functions-slowest-call').AlarmContributors).toEqual([
      expect.objectContaining({
        ContributorId: expect.stringMatching(/^[0-9a-f]{32}$/),
        ContributorAttributes: { FunctionName: 'payments' },
        StateReason: expect.stringMatching(/^Threshold Crossed: /),
      }),
    ]);
    const { AlarmContributors: leaking } = describeAlarmContributors(
      logisticsAccount().alarms,
      { AlarmName: 'memory-by-service' },
      calledAt(NOW, LOGISTICS_ACCOUNT),
    );
    expect(leaking?.map((contributor) => contributor.ContributorAttributes)).toEqual([{ ServiceName: 'routing' }]);
  });

  it('has none for an alarm on one series, and refuses an unknown one', () => {
    expect(contributors('payments-errors').AlarmContributors).toEqual([]);
    expect(() => contributors('no-such-alarm')).toThrow(expect.objectContaining({ code: 'ResourceNotFoundException' }));
  });

  it('puts the changes of each series into the history', () => {
    const of = (input: object) =>
      describeAlarmHistory(shop.alarms, { AlarmName: 'functions-slowest-call', ...input }, calledAt())
        .AlarmHistoryItems!;
    const items = of({ HistoryItemType: 'AlarmContributorStateUpdate' });
    expect(items.length).toBeGreaterThanOrEqual(2);
    expect(items[0]).toMatchObject({
      AlarmType: 'MetricAlarm',
      AlarmContributorAttributes: { FunctionName: 'payments' },
    });
    expect(of({ AlarmContributorId: items[0]?.AlarmContributorId })).toEqual(items);
    expect(of({ AlarmContributorId: 'another' })).toEqual([]);
  });
});

describe('listTagsForResource', () => {
  it('shows the tags of one alarm', () => {
    const tags = (name: string) => listTagsForResource(shop.alarms, { ResourceARN: arn(name) }, calledAt()).Tags;
    expect(tags('payments-errors')).toContainEqual({ Key: 'Team', Value: 'payments' });
    expect(tags('web-cpu-high')).toEqual([]);
    expect(() => tags('no-such-alarm')).toThrow(expect.objectContaining({ code: 'ResourceNotFoundException' }));
  });
});

describe('listAlarmMuteRules', () => {
  const names = (input: object) =>
    listAlarmMuteRules(rules, input, calledAt()).AlarmMuteRuleSummaries!.map(({ AlarmMuteRuleArn }) =>
      AlarmMuteRuleArn!.split(':').at(-1),
    );

  it('filters by alarm and status', () => {
    expect(names({})).toEqual(['autumn-sale-load-test', 'nightly-export-window', 'paybridge-incident']);
    expect(names({ AlarmName: 'payments-duration-p99' })).toEqual(['paybridge-incident']);
    expect(names({ Statuses: ['ACTIVE'] })).toEqual(['paybridge-incident']);
    expect(names({ Statuses: ['EXPIRED', 'SCHEDULED'] })).toEqual(['autumn-sale-load-test', 'nightly-export-window']);
    expect(() => names({ Statuses: ['SOMETIMES'] })).toThrow(/Statuses/);
  });

  it('pages', () => {
    const { NextToken } = listAlarmMuteRules(rules, { MaxRecords: 2 }, calledAt());
    const { AlarmMuteRuleSummaries: rest } = listAlarmMuteRules(rules, { MaxRecords: 2, NextToken }, calledAt());
    expect(rest).toHaveLength(1);
  });
});

describe('getAlarmMuteRule', () => {
  it('adds schedule and targets', () => {
    expect(getAlarmMuteRule(rules, { AlarmMuteRuleName: 'nightly-export-window' }, calledAt())).toMatchObject({
      Status: 'SCHEDULED',
      MuteType: 'RECURRING',
      Rule: { Schedule: { Expression: 'cron(0 2 * * *)', Duration: 'PT45M', Timezone: 'UTC' } },
      MuteTargets: { AlarmNames: ['nightly-export-missing'] },
    });
    expect(() => getAlarmMuteRule(rules, { AlarmMuteRuleName: 'x' }, calledAt())).toThrow(/does not exist/);
  });
});

describe('statusOf', () => {
  const rule: MuteRule = {
    name: 'r',
    description: '',
    expression: 'at(2026-11-21T10:00)',
    durationMinutes: 90,
    alarms: ['a'],
    updatedAt: NOW,
  };
  const at = (time: string, rest: Partial<MuteRule> = {}) => statusOf({ ...rule, ...rest }, new Date(time));

  it.each([
    ['2026-11-21T09:59:59Z', 'SCHEDULED'],
    ['2026-11-21T10:00:00Z', 'ACTIVE'],
    ['2026-11-21T11:29:59Z', 'ACTIVE'],
    ['2026-11-21T11:30:00Z', 'EXPIRED'],
  ])('of one window at %s is %s', (time, status) => {
    expect(at(time)).toBe(status);
  });

  it.each([
    ['cron(30 22 * * FRI)', 3 * 60, '2026-11-21T01:00:00Z', 'ACTIVE'],
    ['cron(30 22 * * FRI)', 3 * 60, '2026-11-22T01:00:00Z', 'SCHEDULED'],
    ['cron(0 2 * * *)', 45, '2026-11-21T02:44:00Z', 'ACTIVE'],
    ['cron(0 2 * * *)', 45, '2026-11-21T02:45:00Z', 'SCHEDULED'],
  ])('of %s for %d minutes at %s is %s', (expression, durationMinutes, time, status) => {
    expect(at(time, { expression, durationMinutes })).toBe(status);
  });

  it('ends with the rule', () => {
    expect(at('2026-11-21T10:30:00Z', { expires: new Date('2026-11-21T10:20:00Z') })).toBe('EXPIRED');
  });
});

describe('a muted alarm', () => {
  it('changes its state and takes no action', () => {
    const from = new Date(NOW.getTime() - DAY_MS);
    const { metrics } = shop;
    const definition = {
      kind: 'metric',
      name: 'gone',
      description: '',
      createdAt: new Date(NOW.getTime() - HOUR_MS),
      topic: 'on-call',
      queries: [{ Id: 'm1', MetricStat: { Metric: { Namespace: 'n', MetricName: 'm' }, Stat: 'Sum', Period: 60 } }],
      periodSeconds: 60,
      comparison: 'GreaterThanThreshold',
      threshold: 1,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: 'breaching',
    } as const;
    const rule: MuteRule = {
      name: 'r',
      description: '',
      expression: `at(${from.toISOString().slice(0, 16)})`,
      durationMinutes: 3 * 1440,
      alarms: ['gone'],
      updatedAt: from,
    };
    const types = (muteRules: readonly MuteRule[]) =>
      describeAlarmHistory(
        new AlarmStore('111111111111', [definition], metrics, muteRules),
        { AlarmName: 'gone' },
        calledAt(),
      ).AlarmHistoryItems!.map((item) => item.HistoryItemType);
    expect(types([])).toContain('Action');
    expect(types([rule])).toEqual(['StateUpdate', 'ConfigurationUpdate']);
  });

  it('is suppressed while its suppressor is in ALARM', () => {
    const composite = (suppressor: string) =>
      ({ kind: 'composite', name: 'c', description: '', createdAt: NOW, rule: 'TRUE', suppressor }) as const;
    const shown = (suppressor: string) => {
      const seeded = shopAccount();
      const definitions = [...seeded.alarms.at(NOW).map(({ definition }) => definition), composite(suppressor)];
      const store = new AlarmStore('111111111111', definitions, seeded.metrics);
      return describeAlarms(store, { AlarmNames: ['c'], AlarmTypes: ['CompositeAlarm'] }, calledAt())
        .CompositeAlarms![0];
    };
    expect(shown('payments-duration-p99')).toMatchObject({ ActionsSuppressedBy: 'Alarm' });
    expect(shown('web-cpu-high')?.ActionsSuppressedBy).toBeUndefined();
  });
});

describe('describeAlarmsForMetric', () => {
  const context = calledAt();
  const Dimensions = [{ Name: 'FunctionName', Value: 'payments' }];

  it('finds the alarms on exactly this metric', () => {
    const found = (input: object): string[] =>
      describeAlarmsForMetric(
        shop.alarms,
        { Namespace: 'AWS/Lambda', MetricName: 'Duration', Dimensions, ...input },
        context,
      ).MetricAlarms!.map(({ AlarmName }) => AlarmName!);
    expect(found({})).toEqual(['payments-duration-p99']);
    expect(found({ ExtendedStatistic: 'p99', Period: 300 })).toEqual(['payments-duration-p99']);
    expect(found({ ExtendedStatistic: 'p90' })).toEqual([]);
    expect(found({ Dimensions: [] })).toEqual([]);
  });
});
