import { DAY_MS, HOUR_MS } from '../scenario.js';
import { SHOP_ACCOUNT } from '../scenario-accounts.js';
import type { MuteRule } from './mute-rule.js';
import { NAMES } from './resource-names.js';

/** The mute rules of one account: a maintenance window every night, and what somebody silenced by hand. */
export function seedMuteRules(accountId: string, start: Date): MuteRule[] {
  if (!NAMES[accountId]) return [];
  const ago = (ms: number): Date => new Date(start.getTime() - ms);
  if (accountId !== SHOP_ACCOUNT) {
    return [
      once(
        'routing-known-leak',
        'Routing leaks memory until its next release',
        ['routing-memory-high'],
        ago(20 * HOUR_MS),
        48,
      ),
      nightly('depot-hand-over', 'The depots hand over', ['dispatch-queue-depth'], ago(30 * DAY_MS)),
    ];
  }
  return [
    once('paybridge-incident', 'PayBridge works on it, ticket PB-2207', ['payments-duration-p99'], ago(HOUR_MS), 24),
    nightly('nightly-export-window', 'The export runs', ['nightly-export-missing'], ago(40 * DAY_MS)),
    once('autumn-sale-load-test', 'Load test', ['web-cpu-high', 'checkout-5xx-rate'], ago(9 * DAY_MS), 6),
  ];
}

function once(name: string, description: string, alarms: readonly string[], from: Date, hours: number): MuteRule {
  const expression = `at(${from.toISOString().slice(0, 16)})`;
  return { name, description, expression, durationMinutes: hours * 60, alarms, updatedAt: from };
}

function nightly(name: string, description: string, alarms: readonly string[], updatedAt: Date): MuteRule {
  return { name, description, expression: 'cron(0 2 * * *)', durationMinutes: 45, alarms, updatedAt };
}
