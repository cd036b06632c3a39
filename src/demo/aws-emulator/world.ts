import type { AlarmDefinition } from './cloudwatch/alarm.js';
import { AlarmStore } from './cloudwatch/alarm-store.js';
import { MetricStore } from './cloudwatch/metric-store.js';
import type { MuteRule } from './cloudwatch/mute-rule.js';
import { seedAlarms } from './cloudwatch/seed-alarms.js';
import { seedMetrics } from './cloudwatch/seed-metrics.js';
import { seedMuteRules } from './cloudwatch/seed-mute-rules.js';
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

/** Alarms and mute rules of an account besides its sample ones, or in their place; an alarm follows those of its rule. */
export interface FurtherAlarms {
  readonly alarms?: readonly AlarmDefinition[];
  readonly muteRules?: readonly MuteRule[];
  readonly withoutSamples?: boolean;
}

/** Two companies' accounts as they are at `now()`, and empty ones: for the server's own metrics, and those asked for. */
export function createWorld(
  now: () => Date,
  linked: LinkedAccounts = {},
  further: Readonly<Record<string, FurtherAlarms>> = {},
  empty: readonly string[] = [],
): World {
  const scenario = createScenario(now());
  const accounts = new Map<string, Account>();
  const platform = emptyAccount(PLATFORM_ACCOUNT, 'platform', scenario.start);
  const seeded = [...scenario.accounts, platform];
  const others = empty.filter((id) => seeded.every((account) => account.id !== id));
  for (const account of [...seeded, ...others.map((id) => emptyAccount(id, id, scenario.start))]) {
    const metrics = new MetricStore(seedMetrics(account, scenario.start));
    const { alarms = [], muteRules = [], withoutSamples = false } = further[account.id] ?? {};
    const samples = withoutSamples ? [] : seedAlarms(account.id, scenario.start);
    const sampleRules = withoutSamples ? [] : seedMuteRules(account.id, scenario.start);
    accounts.set(account.id, {
      id: account.id,
      name: account.name,
      logs: seedLogs(account, now),
      metrics,
      alarms: new AlarmStore(account.id, [...samples, ...alarms], metrics, [...sampleRules, ...muteRules]),
    });
  }
  return {
    account: (id) => accounts.get(id),
    linkedTo: (id) => (linked[id] ?? []).flatMap((source) => accounts.get(source) ?? []),
  };
}
