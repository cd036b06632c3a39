import { type AccountScenario, DAY_MS, type Incident, MINUTE_MS } from '../scenario.js';
import type { AnomalyDetector, LogAnomaly } from './log-anomalies.js';
import { LogsStore } from './logs-store.js';
import { drawnUuid } from './seed/drawn-id.js';
import { logisticsGroups } from './seed/logistics-logs.js';
import { indexingOf } from './seed/indexing.js';
import { pastQueriesOf } from './seed/past-queries.js';
import { savedQueriesOf } from './seed/saved-queries.js';
import { type SeededGroup, seededGroup } from './seed/seeded-group.js';
import { shopGroups } from './seed/shop-logs.js';

/** Where an account's incident shows itself as a new pattern, and the text that marks it. */
const WATCHED: Readonly<Record<string, readonly { readonly group: string; readonly marker: string }[]>> = {
  shop: [
    { group: '/shop/checkout', marker: '"message":"payment failed"' },
    { group: '/shop/payments', marker: '"message":"charge failed"' },
  ],
  logistics: [{ group: '/logistics/labels', marker: '"type":"CarrierRateLimited"' }],
};

const GROUPS: Readonly<Record<string, (account: AccountScenario) => SeededGroup[]>> = {
  shop: shopGroups,
  logistics: logisticsGroups,
};

/** CloudWatch Logs of one of the scenario's accounts; events appear as `now` goes on. */
export function seedLogs(account: AccountScenario, now: () => Date): LogsStore {
  const seeds = GROUPS[account.name]?.(account) ?? [];
  const watched = WATCHED[account.name] ?? [];
  const since = account.historyFrom.getTime();
  return new LogsStore(
    {
      groups: seeds.map((seed) => seededGroup(seed, Number(account.id) % 1_000_003, account.historyFrom, now)),
      savedQueries: savedQueriesOf(account.name, since),
      pastQueries: pastQueriesOf(account),
      indexing: indexingOf(account.name, since),
      detectors: watched.map(({ group }) => detectorOf(group, since)),
      anomalies: watched.map(({ group, marker }) => anomalyOf(group, marker, account.incident)),
    },
    now,
  );
}

function detectorOf(group: string, since: number): AnomalyDetector {
  return {
    id: drawnUuid(7, 'detector', group),
    name: `${group.slice(1).replaceAll('/', '-')}-anomalies`,
    logGroupNames: [group],
    evaluationFrequency: 'FIVE_MIN',
    status: 'ANALYZING',
    createdAt: since - 30 * DAY_MS,
  };
}

function anomalyOf(group: string, marker: string, incident: Incident): LogAnomaly {
  return {
    id: drawnUuid(7, 'anomaly', group),
    patternId: drawnUuid(7, 'pattern', group).replaceAll('-', ''),
    detectorId: drawnUuid(7, 'detector', group),
    logGroupName: group,
    description: `Pattern seen far more often than before: ${incident.errorType}`,
    priority: 'HIGH',
    firstSeen: incident.from.getTime(),
    lastSeen: incident.until.getTime() - MINUTE_MS,
    suppressed: false,
    marker,
  };
}
