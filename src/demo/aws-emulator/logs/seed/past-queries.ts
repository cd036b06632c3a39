import type { QueryInfo } from '@aws-sdk/client-cloudwatch-logs';
import { type AccountScenario, DAY_MS, HISTORY_MS, HOUR_MS, random } from '../../scenario.js';
import { drawnUuid } from './drawn-id.js';

/** A query that people or a dashboard ran again and again before the scenario starts. */
interface Habit {
  readonly logGroupName: string;
  readonly queryLanguage: 'CWLI' | 'SQL' | 'PPL';
  /** `?` stands for a number that is another one each time. */
  readonly queryString: string;
  readonly runsADay: number;
  readonly megabytes: number;
  readonly failed?: boolean;
}

const DAYS = 40;

const SHOP: readonly Habit[] = [
  {
    logGroupName: '/shop/checkout',
    queryLanguage: 'CWLI',
    queryString:
      'fields @timestamp, level, message\n| filter customerId = "c-?" # a customer called\n| sort @timestamp desc',
    runsADay: 9,
    megabytes: 410,
  },
  {
    logGroupName: '/shop/checkout',
    queryLanguage: 'CWLI',
    queryString:
      'filter level = "ERROR" and error.type like /Timeout|Refused/ | stats count(*) as errors by bin(5m) as slot | sort slot asc',
    runsADay: 12,
    megabytes: 60,
  },
  {
    logGroupName: '/shop/checkout',
    queryLanguage: 'CWLI',
    queryString: 'fields durationMs / 1000 as seconds | filter seconds > 5 or status in [502, 504] | sort seconds desc',
    runsADay: 2,
    megabytes: 60,
  },
  {
    logGroupName: '/shop/checkout',
    queryLanguage: 'CWLI',
    queryString: 'fields @timestamp | filter sessionToken = "t-?"',
    runsADay: 1,
    megabytes: 60,
  },
  {
    logGroupName: '/shop/payments',
    queryLanguage: 'CWLI',
    queryString: 'filter requestId = "?" or provider = "api.paybridge.example" | fields @timestamp, message',
    runsADay: 4,
    megabytes: 300,
  },
  {
    logGroupName: '/shop/payments',
    queryLanguage: 'SQL',
    queryString:
      "SELECT `method`, `@logStream`, COUNT(*) AS n FROM `/shop/payments` WHERE `method` = 'card' AND amountCents > ? GROUP BY `method`, `@logStream` ORDER BY n DESC",
    runsADay: 2,
    megabytes: 300,
  },
  {
    logGroupName: '/shop/inventory',
    queryLanguage: 'PPL',
    queryString:
      "where sku = 'SKU-?' and not left > 3 | eval missing = 3 - left | sort - missing | fields sku, missing",
    runsADay: 3,
    megabytes: 90,
  },
  {
    logGroupName: '/shop/order-archive',
    queryLanguage: 'CWLI',
    queryString: 'parse @message "* * order=* request=*" as time, outcome, order, request | filter order = "?"',
    runsADay: 1,
    megabytes: 20,
  },
  {
    logGroupName: '/shop/web',
    queryLanguage: 'CWLI',
    queryString: 'fields @timestamp | filter neverSuccessful = "?"',
    runsADay: 1,
    megabytes: 0,
    failed: true,
  },
];

const LOGISTICS: readonly Habit[] = [
  {
    logGroupName: '/logistics/labels',
    queryLanguage: 'CWLI',
    queryString: 'fields @timestamp, message | filter parcel = "P-?"',
    runsADay: 6,
    megabytes: 120,
  },
];

const BY_ACCOUNT_NAME: Readonly<Record<string, readonly Habit[]>> = { shop: SHOP, logistics: LOGISTICS };

/** The queries of the 40 days before the scenario's start, newest first; some are older than a month. */
export function pastQueriesOf({ name, id, historyFrom }: AccountScenario): readonly QueryInfo[] {
  const start = historyFrom.getTime() + HISTORY_MS;
  const runs = (BY_ACCOUNT_NAME[name] ?? []).flatMap((habit, index) =>
    Array.from({ length: habit.runsADay * DAYS }, (_, run) => pastQuery(habit, index, run, start, id)),
  );
  return runs.toSorted((left, right) => (right.createTime ?? 0) - (left.createTime ?? 0));
}

function pastQuery(habit: Habit, index: number, run: number, start: number, accountId: string): QueryInfo {
  const number = Math.floor(10_000 + 89_999 * random(11, index, run));
  const { queryLanguage, logGroupName, queryString, megabytes, failed = false } = habit;
  return {
    queryId: drawnUuid(13, logGroupName, index, run),
    queryLanguage,
    queryString: queryString.replace('?', String(number)),
    status: failed ? 'Failed' : 'Complete',
    createTime: Math.floor(start - HOUR_MS - (run / habit.runsADay) * DAY_MS),
    logGroupName,
    queryDuration: 400 + Math.floor(4_000 * random(12, index, run)),
    bytesScanned: Math.floor(megabytes * 1_000_000 * (0.8 + 0.4 * random(14, index, run))),
    userIdentity: `arn:aws:sts::${accountId}:assumed-role/Operations/someone`,
  };
}
