import type { SavedQuery } from '../logs-store.js';
import { drawnUuid } from './drawn-id.js';

interface QueryText {
  readonly name: string;
  readonly groups: readonly string[];
  readonly lines: readonly string[];
}

const SHOP: readonly QueryText[] = [
  {
    name: 'shop/Errors of checkout and payments',
    groups: ['/shop/checkout', '/shop/payments'],
    lines: [
      'fields @timestamp, service, error.type, error.message, requestId',
      'filter level = "ERROR"',
      'sort @timestamp desc',
      'limit 50',
    ],
  },
  {
    name: 'shop/Error types every 5 minutes',
    groups: ['/shop/checkout'],
    lines: ['filter ispresent(error.type)', 'stats count(*) as errors by bin(5m) as time, error.type', 'sort time asc'],
  },
  {
    name: 'shop/Slow payments',
    groups: ['/shop/payments'],
    lines: [
      'filter @type = "REPORT"',
      'stats count(*) as calls, pct(@duration, 95) as p95, max(@duration) as slowest by bin(5m)',
    ],
  },
  {
    name: 'shop/Web answers by status',
    groups: ['/shop/web'],
    lines: [
      'parse @message "* * * * * * *ms request=*" as time, level, client, method, path, status, ms, request',
      'filter ispresent(status)',
      'stats count(*) as answers, avg(ms) as averageMs by status, path',
      'sort answers desc',
    ],
  },
  {
    name: 'shop/Lambda cold starts',
    groups: [],
    lines: [
      'SOURCE logGroups(namePrefix: ["/aws/lambda/shop-"])',
      'filter @type = "REPORT" and ispresent(@initDuration)',
      'stats count(*) as coldStarts, avg(@initDuration) as averageMs by @log',
    ],
  },
];

const LOGISTICS: readonly QueryText[] = [
  {
    name: 'logistics/Labels that were not printed',
    groups: ['/logistics/labels'],
    lines: ['fields @timestamp, parcel, error.type, error.message', 'filter level = "ERROR"', 'limit 100'],
  },
  {
    name: 'logistics/Heap of routing',
    groups: ['/logistics/routing'],
    lines: [
      'filter @message like "HeapMonitor"',
      'parse @message "heap is *% full" as percent',
      'stats max(percent) as fullest by bin(1h)',
    ],
  },
  {
    name: 'logistics/Scans by depot',
    groups: ['/logistics/tracking'],
    lines: ['stats count(*) as scans, pct(durationMs, 99) as p99 by depot', 'sort scans desc'],
  },
];

const BY_ACCOUNT_NAME: Readonly<Record<string, readonly QueryText[]>> = { shop: SHOP, logistics: LOGISTICS };

/** The saved queries of an account. */
export function savedQueriesOf(accountName: string, lastModified: number): SavedQuery[] {
  return (BY_ACCOUNT_NAME[accountName] ?? []).map(({ name, groups, lines }) => ({
    queryDefinitionId: drawnUuid(7, 'saved query', name),
    name,
    queryString: lines.join('\n| '),
    logGroupNames: groups,
    lastModified,
  }));
}
