import { AlarmStore } from './cloudwatch/alarm-store.js';
import { MetricStore } from './cloudwatch/metric-store.js';
import { seedAlarms } from './cloudwatch/seed-alarms.js';
import { seedMetrics } from './cloudwatch/seed-metrics.js';
import type { LinkedAccounts } from './roles.js';
import type { LogsStore } from './logs/logs-store.js';
import { seedLogs } from './logs/seed-logs.js';
import { createScenario, emptyAccount, PLATFORM_ACCOUNT } from './scenario-accounts.js';

/** What one AWS account holds. */
export interface Account {
  /** Twelve digits. */
  readonly id: string;
  readonly name: string;
  readonly logs: LogsStore;
  readonly metrics: MetricStore;
  readonly alarms: AlarmStore;
}

/** All accounts there are. */
export interface World {
  account(id: string): Account | undefined;
  /** The accounts that an account reads from besides itself. */
  linkedTo(id: string): readonly Account[];
}

/** Two companies' accounts as they are at `now()`, and an empty one for the server's own metrics. */
export function createWorld(now: () => Date, linked: LinkedAccounts = {}): World {
  const scenario = createScenario(now());
  const accounts = new Map<string, Account>();
  const platform = emptyAccount(PLATFORM_ACCOUNT, 'platform', scenario.start);
  for (const account of [...scenario.accounts, platform]) {
    const metrics = new MetricStore(seedMetrics(account, scenario.start));
    accounts.set(account.id, {
      id: account.id,
      name: account.name,
      logs: seedLogs(account, now),
      metrics,
      alarms: new AlarmStore(account.id, seedAlarms(account.id, scenario.start), metrics),
    });
  }
  return {
    account: (id) => accounts.get(id),
    linkedTo: (id) => (linked[id] ?? []).flatMap((source) => accounts.get(source) ?? []),
  };
}
