import type {
  DescribeAlarmHistoryInput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../scenario.js';
import { LOGISTICS_ACCOUNT } from '../scenario-accounts.js';
import { ask, calledAt, logisticsAccount, NOW, shopAccount, valuesOf } from './cloudwatch-fixture.js';
import { describeAlarmHistory } from './describe-alarm-history.js';
import { describeAlarms } from './describe-alarms.js';

const BOTH: DescribeAlarmsInput['AlarmTypes'] = ['MetricAlarm', 'CompositeAlarm'];
const shop = shopAccount();
const logistics = logisticsAccount();

const describeShop = (input: DescribeAlarmsInput): DescribeAlarmsOutput =>
  describeAlarms(shop.alarms, input, calledAt());
const namesOf = ({ MetricAlarms, CompositeAlarms }: DescribeAlarmsOutput): string[] =>
  [...MetricAlarms!, ...CompositeAlarms!].map(({ AlarmName }) => AlarmName!);
const shopHistory = (input: DescribeAlarmHistoryInput) => describeAlarmHistory(shop.alarms, input, calledAt());
const metricAlarm = (name: string): MetricAlarm => describeShop({ AlarmNames: [name] }).MetricAlarms![0]!;

describe('describeAlarms', () => {
  it('shows alarms in every state, so that the current trouble of both companies is visible', () => {
    const states = (output: DescribeAlarmsOutput): Record<string, string> =>
      Object.fromEntries(
        [...output.MetricAlarms!, ...output.CompositeAlarms!].map(({ AlarmName, StateValue }) => [
          AlarmName,
          StateValue,
        ]),
      );
    expect(states(describeShop({ AlarmTypes: BOTH }))).toEqual({
      'checkout-5xx-count': 'OK',
      'checkout-5xx-rate': 'OK',
      'functions-slowest-call': 'ALARM',
      'nightly-export-missing': 'INSUFFICIENT_DATA',
      'payments-duration-p99': 'ALARM',
      'payments-errors': 'OK',
      'shop-payments-degraded': 'ALARM',
      'web-cpu-high': 'OK',
    });
    expect(states(describeAlarms(logistics.alarms, { AlarmTypes: BOTH }, calledAt(NOW, LOGISTICS_ACCOUNT)))).toEqual({
      'dispatch-queue-depth': 'INSUFFICIENT_DATA',
      'labels-duration-p95': 'OK',
      'labels-errors': 'OK',
      'memory-by-service': 'ALARM',
      'parcel-flow-at-risk': 'OK',
      'routing-cpu-high': 'OK',
      'routing-memory-high': 'ALARM',
      'tracking-5xx-rate': 'OK',
    });
  });

  it('means metric alarms unless AlarmTypes says more', () => {
    expect(describeShop({}).CompositeAlarms).toEqual([]);
    expect(namesOf(describeShop({ AlarmTypes: ['CompositeAlarm'] }))).toEqual(['shop-payments-degraded']);
    expect(namesOf(describeShop({ AlarmTypes: ['LogAlarm'] }))).toEqual([]);
    expect(describeShop({ AlarmTypes: ['LogAlarm'] }).LogAlarms).toEqual([
      expect.objectContaining({ AlarmName: 'payments-reported-duration', StateValue: 'ALARM', QueryResultsToAlarm: 2 }),
    ]);
  });

  it('filters by names, prefix, state and action', () => {
    expect(namesOf(describeShop({ AlarmNames: ['payments-errors', 'no-such-alarm'] }))).toEqual(['payments-errors']);
    expect(namesOf(describeShop({ AlarmNamePrefix: 'checkout-' }))).toEqual([
      'checkout-5xx-count',
      'checkout-5xx-rate',
    ]);
    expect(namesOf(describeShop({ StateValue: 'ALARM' }))).toEqual(['functions-slowest-call', 'payments-duration-p99']);
    expect(namesOf(describeShop({ ActionPrefix: 'arn:aws:ec2' }))).toEqual([]);
    expect(namesOf(describeShop({ ActionPrefix: 'arn:aws:sns' }))).toHaveLength(7);
  });

  it('follows the rule of a composite alarm up and down', () => {
    expect(namesOf(describeShop({ ChildrenOfAlarmName: 'shop-payments-degraded' }))).toEqual([
      'checkout-5xx-rate',
      'payments-duration-p99',
      'payments-errors',
      'web-cpu-high',
    ]);
    const { CompositeAlarms: parents } = describeShop({ ParentsOfAlarmName: 'web-cpu-high' });
    expect(parents).toEqual([
      {
        AlarmName: 'shop-payments-degraded',
        AlarmArn: 'arn:aws:cloudwatch:eu-central-1:111111111111:alarm:shop-payments-degraded',
        StateValue: 'ALARM',
        StateUpdatedTimestamp: expect.any(Date),
      },
    ]);
  });

  it('pages over both types', () => {
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = describeShop({ AlarmTypes: BOTH, MaxRecords: 3, NextToken });
      expect(namesOf(page).length).toBeLessThanOrEqual(3);
      seen.push(...namesOf(page));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(seen.sort()).toEqual(namesOf(describeShop({ AlarmTypes: BOTH })).sort());
  });

  it('shows a percentile as ExtendedStatistic and metric math as Metrics', () => {
    const percentile = metricAlarm('payments-duration-p99');
    expect(percentile).toMatchObject({
      ExtendedStatistic: 'p99',
      MetricName: 'Duration',
      Namespace: 'AWS/Lambda',
      Dimensions: [{ Name: 'FunctionName', Value: 'payments' }],
      Period: 300,
      AlarmArn: 'arn:aws:cloudwatch:eu-central-1:111111111111:alarm:payments-duration-p99',
    });
    expect(percentile.Statistic).toBeUndefined();
    const rate = metricAlarm('checkout-5xx-rate');
    expect(rate.MetricName).toBeUndefined();
    expect(rate.Metrics).toHaveLength(3);
    expect(ask(shop.metrics, [...rate.Metrics!], 1).MetricDataResults).toHaveLength(1);
  });

  it('explains the state with the data points the metric really has', () => {
    const alarm = metricAlarm('payments-duration-p99');
    expect(alarm.StateReason).toMatch(/^Threshold Crossed: 3 out of the last 3 datapoints \[/);
    expect(alarm.StateReason).toMatch(/were greater than or equal to the threshold \(3000\.0\)/);
    const data = JSON.parse(alarm.StateReasonData!) as { evaluatedDatapoints: { timestamp: string; value: number }[] };
    const { Namespace, MetricName, Dimensions, Period, ExtendedStatistic: Stat } = alarm;
    const MetricStat = { Metric: { Namespace, MetricName, Dimensions }, Period, Stat };
    const values = valuesOf(ask(shop.metrics, [{ Id: 'm1', MetricStat }], 6));
    expect(data.evaluatedDatapoints).toHaveLength(3);
    for (const { timestamp, value } of data.evaluatedDatapoints) {
      expect(values[new Date(timestamp).toISOString()]).toBe(value);
    }
  });

  it.each<[DescribeAlarmsInput, string]>([
    [{ AlarmNames: ['a'], AlarmNamePrefix: 'a' }, 'InvalidParameterCombinationException'],
    [{ StateValue: 'BROKEN' as 'OK' }, 'InvalidParameterValueException'],
    [{ AlarmTypes: ['Other' as 'MetricAlarm'] }, 'InvalidParameterValueException'],
    [{ MaxRecords: 101 }, 'ValidationError'],
    [{ ChildrenOfAlarmName: 'a', AlarmTypes: BOTH }, 'ValidationError'],
    [{ NextToken: 'made-up' }, 'InvalidNextToken'],
  ])('refuses %j', (input, code) => {
    expect(() => describeShop(input)).toThrow(expect.objectContaining({ code }));
  });
});

describe('describeAlarmHistory', () => {
  it('shows the alarm flapping in the minutes of the incident', () => {
    const { from, until } = shop.scenario.incident;
    const EndDate = new Date(until.getTime() + 5 * MINUTE_MS);
    const items = shopHistory({
      AlarmName: 'payments-errors',
      HistoryItemType: 'StateUpdate',
      StartDate: from,
      EndDate,
      ScanBy: 'TimestampAscending',
    }).AlarmHistoryItems!;
    const up = 'Alarm updated from OK to ALARM';
    const down = 'Alarm updated from ALARM to OK';
    expect(items.map(({ HistorySummary }) => HistorySummary)).toEqual([up, down, up, down, up, down]);
  });

  it('tells old state, new state and reason as JSON', () => {
    const [item] = shopHistory({
      AlarmName: 'payments-duration-p99',
      HistoryItemType: 'StateUpdate',
    }).AlarmHistoryItems!;
    const data = JSON.parse(item!.HistoryData!) as Record<string, Record<string, unknown>>;
    expect(item).toMatchObject({ AlarmType: 'MetricAlarm', HistorySummary: 'Alarm updated from OK to ALARM' });
    expect(data['oldState']).toMatchObject({ stateValue: 'OK' });
    expect(data['newState']).toMatchObject({ stateValue: 'ALARM', stateReasonData: { statistic: 'p99', period: 300 } });
    expect(data['newState']!['stateReason']).toBe(metricAlarm('payments-duration-p99').StateReason);
  });

  it('is an unbroken chain of states from the creation to the present', () => {
    for (const { AlarmName, StateValue } of describeShop({}).MetricAlarms!) {
      const items = shopHistory({ AlarmName, HistoryItemType: 'StateUpdate', ScanBy: 'TimestampAscending' });
      let state = 'INSUFFICIENT_DATA';
      for (const { HistorySummary } of items.AlarmHistoryItems!) {
        const [, from, to] = /from (\w+) to (\w+)/.exec(HistorySummary!)!;
        expect(from).toBe(state);
        state = to!;
      }
      expect(state).toBe(StateValue);
    }
  });

  it('tells creation and notifications apart by item type', () => {
    const types = (HistoryItemType?: DescribeAlarmHistoryInput['HistoryItemType']): Set<string | undefined> =>
      new Set(
        shopHistory({ AlarmName: 'payments-errors', HistoryItemType }).AlarmHistoryItems!.map(
          (item) => item.HistoryItemType,
        ),
      );
    expect(types()).toEqual(new Set(['StateUpdate', 'Action', 'ConfigurationUpdate']));
    expect(types('Action')).toEqual(new Set(['Action']));
  });

  it('keeps to the dates, newest first', () => {
    const EndDate = new Date(NOW.getTime() - 2 * HOUR_MS);
    const StartDate = new Date(NOW.getTime() - 3 * HOUR_MS);
    const times = shopHistory({ StartDate, EndDate }).AlarmHistoryItems!.map((item) => item.Timestamp!.getTime());
    expect(times.length).toBeGreaterThan(10);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(times[0]).toBeLessThanOrEqual(EndDate.getTime());
    expect(times.at(-1)).toBeGreaterThanOrEqual(StartDate.getTime());
  });

  it('pages without losing an item', () => {
    const count = shopHistory({}).AlarmHistoryItems!.length;
    const seen = new Set<string>();
    let NextToken: string | undefined;
    do {
      const page = shopHistory({ MaxRecords: 7, NextToken });
      for (const item of page.AlarmHistoryItems!) seen.add(JSON.stringify(item));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(seen.size).toBe(count);
  });

  it('names the alarm that made a composite alarm change', () => {
    const { AlarmHistoryItems: items } = shopHistory({
      AlarmName: 'shop-payments-degraded',
      AlarmTypes: ['CompositeAlarm'],
      HistoryItemType: 'StateUpdate',
      ScanBy: 'TimestampAscending',
    });
    const { newState } = JSON.parse(items!.at(-1)!.HistoryData!) as { newState: { stateReason: string } };
    expect(newState.stateReason).toMatch(
      /^arn:aws:cloudwatch:eu-central-1:111111111111:alarm:(payments-errors|payments-duration-p99|checkout-5xx-rate) transitioned to ALARM at /,
    );
  });

  it('shows the incident of the logistics company three days ago', () => {
    const { from, until } = logistics.scenario.incident;
    const items = describeAlarmHistory(
      logistics.alarms,
      { AlarmName: 'labels-errors', HistoryItemType: 'Action' },
      calledAt(NOW, LOGISTICS_ACCOUNT),
    ).AlarmHistoryItems!;
    expect(items.length).toBeGreaterThanOrEqual(2);
    for (const { Timestamp } of items) {
      expect(Timestamp!.getTime()).toBeGreaterThan(from.getTime());
      expect(Timestamp!.getTime()).toBeLessThan(until.getTime() + 5 * MINUTE_MS);
    }
  });

  it('refuses an unknown item type', () => {
    expect(() => shopHistory({ HistoryItemType: 'Gossip' as 'Action' })).toThrow(/HistoryItemType/);
  });
});

describe('AlarmStore', () => {
  it.each(['2026-11-21T03:10:00Z', '2026-11-18T07:00:30Z', '2026-11-22T19:59:59Z', '2026-03-01T00:00:00Z'])(
    'has the same trouble whenever the emulator starts: %s',
    (time) => {
      const now = new Date(time);
      const inAlarm = (account: ReturnType<typeof shopAccount>): string[] =>
        namesOf(describeAlarms(account.alarms, { StateValue: 'ALARM', AlarmTypes: BOTH }, calledAt(now)));
      expect(inAlarm(shopAccount(now))).toEqual([
        'functions-slowest-call',
        'payments-duration-p99',
        'shop-payments-degraded',
      ]);
      expect(inAlarm(logisticsAccount(now))).toEqual(['memory-by-service', 'routing-memory-high']);
      const flaps = describeAlarmHistory(
        shopAccount(now).alarms,
        { AlarmName: 'checkout-5xx-rate', HistoryItemType: 'Action' },
        calledAt(now),
      );
      expect(flaps.AlarmHistoryItems!.length).toBeGreaterThanOrEqual(2);
    },
  );

  it('comes to the same history in one step as in many', () => {
    const stepwise = shopAccount();
    for (let minutes = 0; minutes < 90; minutes += 7) stepwise.alarms.at(new Date(NOW.getTime() + minutes * MINUTE_MS));
    const end = new Date(NOW.getTime() + 90 * MINUTE_MS);
    const history = (account: ReturnType<typeof shopAccount>) =>
      describeAlarmHistory(account.alarms, { AlarmTypes: BOTH }, calledAt(end));
    expect(history(stepwise)).toEqual(history(shopAccount()));
  });
});
