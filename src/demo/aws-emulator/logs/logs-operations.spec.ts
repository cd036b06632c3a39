import type {
  DescribeLogGroupsCommandOutput,
  DescribeLogStreamsCommandOutput,
  DescribeQueryDefinitionsCommandOutput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandOutput,
  GetLogGroupFieldsCommandOutput,
  ListAnomaliesCommandOutput,
  ListLogAnomalyDetectorsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it } from 'vitest';
import { LOGISTICS_ACCOUNT } from '../scenario-accounts.js';
import { LogsFixture } from './logs-fixture.js';

let logs: LogsFixture;

beforeEach(() => {
  logs = new LogsFixture();
});

const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:';

describe('DescribeLogGroups', () => {
  async function names(input: object, accountId?: string): Promise<(string | undefined)[]> {
    const { logGroups = [] } = await logs.call<DescribeLogGroupsCommandOutput>('DescribeLogGroups', input, accountId);
    return logGroups.map(({ logGroupName }) => logGroupName);
  }

  it('shows each account its own groups only', async () => {
    expect(await names({})).toEqual([
      '/aws/lambda/shop-thumbnailer',
      '/shop/checkout',
      '/shop/inventory',
      '/shop/order-archive',
      '/shop/payments',
      '/shop/web',
    ]);
    expect(await names({}, LOGISTICS_ACCOUNT)).toEqual([
      '/aws/lambda/logistics-notify',
      '/logistics/customs-archive',
      '/logistics/labels',
      '/logistics/routing',
      '/logistics/tracking',
    ]);
  });

  it('chooses by prefix, pattern, class and identifiers', async () => {
    expect(await names({ logGroupNamePrefix: '/aws/' })).toEqual(['/aws/lambda/shop-thumbnailer']);
    expect(await names({ logGroupNamePattern: 'PAY' })).toEqual(['/shop/payments']);
    expect(await names({ logGroupClass: 'INFREQUENT_ACCESS' })).toEqual(['/shop/order-archive']);
    expect(await names({ logGroupIdentifiers: [`${ARN}/shop/web:*`, '/shop/payments'] })).toEqual([
      '/shop/payments',
      '/shop/web',
    ]);
    expect(await names({ includeLinkedAccounts: true, accountIdentifiers: ['333333333333'] })).toEqual([]);
  });

  it('pages', async () => {
    const first = await logs.call<DescribeLogGroupsCommandOutput>('DescribeLogGroups', { limit: 4 });
    expect(first.logGroups).toHaveLength(4);
    expect(await names({ limit: 4, nextToken: first.nextToken })).toEqual(['/shop/payments', '/shop/web']);
  });

  it('gives both forms of the ARN, and no details for a pattern', async () => {
    const full = await logs.call<DescribeLogGroupsCommandOutput>('DescribeLogGroups', {
      logGroupNamePrefix: '/shop/web',
    });
    expect(full.logGroups?.[0]).toMatchObject({
      arn: `${ARN}/shop/web:*`,
      logGroupArn: `${ARN}/shop/web`,
      logGroupClass: 'STANDARD',
      retentionInDays: 14,
      metricFilterCount: 0,
      storedBytes: expect.any(Number),
    });
    const brief = await logs.call<DescribeLogGroupsCommandOutput>('DescribeLogGroups', { logGroupNamePattern: 'web' });
    expect(Object.keys(brief.logGroups?.[0] ?? {}).toSorted()).toEqual([
      'arn',
      'creationTime',
      'logGroupArn',
      'logGroupName',
    ]);
  });

  it.each([
    { logGroupNamePrefix: '/a', logGroupNamePattern: 'b' },
    { limit: 51 },
    { limit: 0 },
    { nextToken: 'made up' },
    { accountIdentifiers: ['111111111111'] },
  ])('refuses %j', async (input) => {
    await expect(names(input)).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('DescribeLogStreams', () => {
  it('lists streams by name or last event, by group name or ARN', async () => {
    const output = await logs.call<DescribeLogStreamsCommandOutput>('DescribeLogStreams', {
      logGroupIdentifier: `${ARN}/shop/payments`,
      orderBy: 'LastEventTime',
      descending: true,
      limit: 2,
    });
    expect(output.logStreams).toHaveLength(2);
    for (const stream of output.logStreams ?? []) {
      expect(stream.logStreamName).toMatch(/^2026\/11\/21\/\[\$LATEST\][0-9a-f]{32}$/);
      expect(stream.lastEventTimestamp).toBe(logs.now.getTime());
    }
    expect(output.nextToken).toBeDefined();
  });

  it('refuses a prefix together with the order by last event', async () => {
    const input = { logGroupName: '/shop/web', logStreamNamePrefix: 'ecs', orderBy: 'LastEventTime' };
    await expect(logs.call('DescribeLogStreams', input)).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('FilterLogEvents', () => {
  it('finds the incident by text and by JSON condition alike', async () => {
    const range = { startTime: logs.minutesAgo(150) * 1_000, endTime: logs.minutesAgo(148) * 1_000 };
    const by = async (filterPattern: string): Promise<FilterLogEventsCommandOutput> =>
      logs.call('FilterLogEvents', { logGroupName: '/shop/checkout', ...range, filterPattern });
    const text = await by('"payment failed"');
    expect(text.events?.length).toBeGreaterThan(0);
    expect((await by('{ $.error.type = "PaymentProviderTimeout" }')).events).toEqual(text.events);
  });

  it('pages through all events exactly once, in order', async () => {
    const input = { logGroupName: '/shop/web', startTime: logs.minutesAgo(10) * 1_000 };
    const whole = await logs.call<FilterLogEventsCommandOutput>('FilterLogEvents', input);
    const ids: string[] = [];
    let nextToken: string | undefined;
    do {
      const page: FilterLogEventsCommandOutput = await logs.call('FilterLogEvents', { ...input, limit: 37, nextToken });
      expect(page.events?.length).toBeLessThanOrEqual(37);
      ids.push(...(page.events ?? []).map(({ eventId }) => eventId ?? ''));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(ids).toEqual(whole.events?.map(({ eventId }) => eventId));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^\d{56}$/);
  });

  it('gives an empty page with a token where a long search has found nothing yet', async () => {
    const page = await logs.call<FilterLogEventsCommandOutput>('FilterLogEvents', {
      logGroupName: '/shop/web',
      filterPattern: 'NOWHERE',
    });
    expect(page.events).toEqual([]);
    expect(page.nextToken).toBeDefined();
  });

  it('keeps to the streams that are named', async () => {
    const { logStreams = [] } = await logs.call<DescribeLogStreamsCommandOutput>('DescribeLogStreams', {
      logGroupName: '/shop/web',
      orderBy: 'LastEventTime',
      descending: true,
    });
    const wanted = logStreams[0]?.logStreamName;
    const { events = [] } = await logs.call<FilterLogEventsCommandOutput>('FilterLogEvents', {
      logGroupName: '/shop/web',
      startTime: logs.minutesAgo(5) * 1_000,
      logStreamNames: [wanted],
    });
    expect(events.length).toBeGreaterThan(10);
    expect(new Set(events.map(({ logStreamName }) => logStreamName))).toEqual(new Set([wanted]));
  });

  it.each([
    [{ logGroupName: '/nosuch' }, 'ResourceNotFoundException'],
    [{ logGroupIdentifier: 'arn:aws:logs:us-east-1:222222222222:log-group:/shop/web' }, 'ResourceNotFoundException'],
    [{ logGroupIdentifier: 'arn:aws:logs:eu-west-1:111111111111:log-group:/shop/web' }, 'ResourceNotFoundException'],
    [{}, 'InvalidParameterException'],
    [{ logGroupName: '/shop/web', logGroupIdentifier: '/shop/web' }, 'InvalidParameterException'],
    [{ logGroupName: '/shop/web', limit: 10_001 }, 'InvalidParameterException'],
    [{ logGroupName: '/shop/web', startTime: 2, endTime: 1 }, 'InvalidParameterException'],
    [{ logGroupName: '/shop/web', filterPattern: '{ $.a' }, 'InvalidParameterException'],
    [{ logGroupName: '/shop/web', nextToken: 'x' }, 'InvalidParameterException'],
    [{ logGroupName: '/shop/web', unmask: true }, 'AccessDeniedException'],
  ])('refuses %j with %s', async (input, code) => {
    await expect(logs.call('FilterLogEvents', input)).rejects.toMatchObject({ code });
  });
});

describe('GetLogEvents', () => {
  async function streamName(): Promise<string | undefined> {
    const input = { logGroupName: '/shop/checkout', orderBy: 'LastEventTime', descending: true, limit: 1 };
    const { logStreams } = await logs.call<DescribeLogStreamsCommandOutput>('DescribeLogStreams', input);
    return logStreams?.[0]?.logStreamName;
  }

  async function read(input: object): Promise<GetLogEventsCommandOutput> {
    return logs.call('GetLogEvents', { logGroupName: '/shop/checkout', logStreamName: await streamName(), ...input });
  }

  it('begins with the latest events, or at the head', async () => {
    const range = { startTime: logs.minutesAgo(30) * 1_000, endTime: logs.minutesAgo(20) * 1_000 };
    const whole = await read(range);
    expect((await read({ ...range, limit: 3 })).events).toEqual(whole.events?.slice(-3));
    expect((await read({ ...range, limit: 3, startFromHead: true })).events).toEqual(whole.events?.slice(0, 3));
  });

  it('walks both ways, and repeats the token at the end', async () => {
    const range = { startTime: logs.minutesAgo(30) * 1_000, endTime: logs.minutesAgo(20) * 1_000 };
    const whole = await read(range);
    const head = await read({ ...range, limit: 5, startFromHead: true });
    const next = await read({ ...range, limit: 1_000, nextToken: head.nextForwardToken });
    expect([...(head.events ?? []), ...(next.events ?? [])]).toEqual(whole.events);
    const end = await read({ ...range, nextToken: next.nextForwardToken });
    expect(end.events).toEqual([]);
    expect(end.nextForwardToken).toBe(next.nextForwardToken);
    const back = await read({ ...range, limit: 5, nextToken: next.nextBackwardToken });
    expect(back.events).toEqual(head.events);
  });

  it('refuses an unknown stream', async () => {
    await expect(read({ logStreamName: 'nosuch' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('writing', () => {
  beforeEach(async () => {
    await logs.call('CreateLogGroup', { logGroupName: '/mine' });
    await logs.call('CreateLogStream', { logGroupName: '/mine', logStreamName: 's' });
  });

  it('shows what was put, and only in the account it was put into', async () => {
    const logEvents = [
      { timestamp: logs.now.getTime() - 5, message: 'first' },
      { timestamp: logs.now.getTime(), message: 'second' },
    ];
    expect(await logs.call('PutLogEvents', { logGroupName: '/mine', logStreamName: 's', logEvents })).toEqual({});
    const { events } = await logs.call<FilterLogEventsCommandOutput>('FilterLogEvents', { logGroupName: '/mine' });
    expect(events?.map(({ message }) => message)).toEqual(['first', 'second']);
    await expect(logs.call('FilterLogEvents', { logGroupName: '/mine' }, LOGISTICS_ACCOUNT)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('reports events that are too old or too new', async () => {
    const at = logs.now.getTime();
    const logEvents = [at - 15 * 86_400_000, at, at + 3 * 3_600_000].map((timestamp) => ({ timestamp, message: 'm' }));
    expect(await logs.call('PutLogEvents', { logGroupName: '/mine', logStreamName: 's', logEvents })).toEqual({
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 },
    });
    const { events } = await logs.call<FilterLogEventsCommandOutput>('FilterLogEvents', { logGroupName: '/mine' });
    expect(events).toHaveLength(1);
  });

  it.each([
    ['CreateLogGroup', { logGroupName: '/mine' }, 'ResourceAlreadyExistsException'],
    ['CreateLogGroup', { logGroupName: 'with space' }, 'InvalidParameterException'],
    ['CreateLogStream', { logGroupName: '/mine', logStreamName: 's' }, 'ResourceAlreadyExistsException'],
    ['CreateLogStream', { logGroupName: '/nosuch', logStreamName: 's' }, 'ResourceNotFoundException'],
    ['PutLogEvents', { logGroupName: '/mine', logStreamName: 'nosuch', logEvents: [] }, 'ResourceNotFoundException'],
    [
      'PutLogEvents',
      {
        logGroupName: '/mine',
        logStreamName: 's',
        logEvents: [
          { timestamp: 2, message: 'a' },
          { timestamp: 1, message: 'b' },
        ],
      },
      'InvalidParameterException',
    ],
  ])('%s refuses %j with %s', async (name, input, code) => {
    await expect(logs.call(name, input)).rejects.toMatchObject({ code });
  });
});

describe('DescribeQueryDefinitions', () => {
  it('pages saved queries, by prefix and language', async () => {
    const all = await logs.call<DescribeQueryDefinitionsCommandOutput>('DescribeQueryDefinitions', {});
    const first = await logs.call<DescribeQueryDefinitionsCommandOutput>('DescribeQueryDefinitions', {
      maxResults: 3,
      queryLanguage: 'CWLI',
    });
    const rest = await logs.call<DescribeQueryDefinitionsCommandOutput>('DescribeQueryDefinitions', {
      nextToken: first.nextToken,
    });
    expect([...(first.queryDefinitions ?? []), ...(rest.queryDefinitions ?? [])]).toEqual(all.queryDefinitions);
    expect(await logs.call('DescribeQueryDefinitions', { queryLanguage: 'SQL' })).toMatchObject({
      queryDefinitions: [],
    });
    expect(await logs.call('DescribeQueryDefinitions', { queryDefinitionNamePrefix: 'shop/Slow' })).toMatchObject({
      queryDefinitions: [{ name: 'shop/Slow payments', logGroupNames: ['/shop/payments'] }],
    });
  });
});

describe('anomalies', () => {
  it('lists the detector of a group and what it found around the incident', async () => {
    const { anomalyDetectors } = await logs.call<ListLogAnomalyDetectorsCommandOutput>('ListLogAnomalyDetectors', {
      filterLogGroupArn: `${ARN}/shop/checkout`,
    });
    expect(anomalyDetectors).toMatchObject([
      { logGroupArnList: [`${ARN}/shop/checkout`], anomalyDetectorStatus: 'ANALYZING' },
    ]);
    const [detector] = anomalyDetectors ?? [];
    const { anomalies = [] } = await logs.call<ListAnomaliesCommandOutput>('ListAnomalies', {
      anomalyDetectorArn: detector?.anomalyDetectorArn,
      suppressionState: 'UNSUPPRESSED',
    });
    expect(anomalies).toHaveLength(1);
    const [anomaly] = anomalies;
    const incident = logs.scenario.accounts[0]?.incident;
    expect(anomaly?.firstSeen).toBeGreaterThanOrEqual(incident?.from.getTime() ?? Infinity);
    expect(anomaly?.lastSeen).toBeLessThanOrEqual(incident?.until.getTime() ?? 0);
    expect(anomaly?.patternString).toContain('PaymentProviderTimeout');
    expect(anomaly?.logGroupArnList).toEqual([`${ARN}/shop/checkout`]);
    for (const { message } of anomaly?.logSamples ?? []) {
      expect(message).toMatch(new RegExp(anomaly?.patternRegex ?? 'no regex', 's'));
    }
  });

  it('finds none that are suppressed, and refuses an unknown detector', async () => {
    expect(await logs.call('ListAnomalies', { suppressionState: 'SUPPRESSED' })).toMatchObject({ anomalies: [] });
    await expect(logs.call('ListAnomalies', { anomalyDetectorArn: 'arn:x' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('GetLogGroupFields', () => {
  it('tells in how many events a field is', async () => {
    const { logGroupFields = [] } = await logs.call<GetLogGroupFieldsCommandOutput>('GetLogGroupFields', {
      logGroupName: '/shop/checkout',
      time: logs.minutesAgo(150),
    });
    const percent = new Map(logGroupFields.map(({ name, percent: share }) => [name, share]));
    expect(percent.get('@message')).toBe(100);
    expect(percent.get('cart.total')).toBe(100);
    expect(percent.get('error.type')).toBeGreaterThan(20);
    expect(percent.get('error.type')).toBeLessThan(80);
  });
});

describe('what IAM is asked', () => {
  it.each([
    ['DescribeLogGroups', {}, undefined],
    ['StopQuery', { queryId: 'q' }, undefined],
    ['DescribeQueryDefinitions', {}, undefined],
    ['FilterLogEvents', { logGroupName: '/shop/web' }, [`${ARN}/shop/web`]],
    ['GetLogEvents', { logGroupIdentifier: `${ARN}/shop/web:*` }, [`${ARN}/shop/web`]],
    ['StartQuery', { logGroupNames: ['/a', '/b'] }, [`${ARN}/a`, `${ARN}/b`]],
    ['StartQuery', { logGroupIdentifiers: [`${ARN}/a`, '/b'] }, [`${ARN}/a`, `${ARN}/b`]],
    ['StartQuery', { queryString: 'SOURCE logGroups(namePrefix: ["/"])' }, [`${ARN}*`]],
    ['ListAnomalies', {}, ['arn:aws:logs:us-east-1:111111111111:anomaly-detector:*']],
  ])('%s %j', (name, input, expected) => {
    expect(logs.resources(name, input)).toEqual(expected);
  });

  it('can be asked for an account that has no data', () => {
    expect(logs.resources('GetQueryResults', { queryId: 'q' }, '999999999999')).toEqual([
      'arn:aws:logs:us-east-1:999999999999:log-group:*',
    ]);
  });
});
