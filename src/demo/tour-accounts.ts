import { LOGISTICS_ACCOUNT, SHOP_ACCOUNT } from './aws-emulator/scenario-accounts.js';
import type { Caller, TourCalls } from './tour-calls.js';
import { expectEqual, expectThat, type TourLog } from './tour-log.js';

/** One person in each of the accounts they may use. */
export interface InTwoAccounts {
  readonly shop: Caller;
  readonly logistics: Caller;
}

/** Who may use several accounts picks one a call at a time. */
export async function accountsTour(tour: TourLog, calls: TourCalls, { shop, logistics }: InTwoAccounts): Promise<void> {
  tour.chapter(`${shop.name}, who is on call for two accounts`);
  await tour.step('list_accounts', () => ownAccounts(calls, shop));
  await tour.step('get_active_alarms', () => alarmsOf(calls, shop, {}, 'payments-duration-p99'));
  const there = { account: 'logistics' };
  await tour.step('get_active_alarms in logistics', () => alarmsOf(calls, logistics, there, 'routing-memory-high'));
}

async function ownAccounts(calls: TourCalls, caller: Caller) {
  const { output } = await calls.output<{
    accounts: readonly { readonly alias: string; readonly default: boolean; readonly account_id: string }[];
  }>(caller, 'list_accounts', {});
  const ids = output.accounts.map(({ account_id }) => account_id);
  expectEqual(`accounts of ${caller.name}`, ids, [SHOP_ACCOUNT, LOGISTICS_ACCOUNT]);
  const words = output.accounts.map((account) => `${account.alias}${account.default ? ' (default)' : ''}`);
  return { gist: `${words.join(', ')}; AWS is not asked`, value: undefined };
}

async function alarmsOf(calls: TourCalls, caller: Caller, target: object, expected: string) {
  const { output } = await calls.output<{ metric_alarms: readonly { readonly alarm_name: string }[] }>(
    caller,
    'get_active_alarms',
    target,
  );
  const names = output.metric_alarms.map(({ alarm_name }) => alarm_name);
  expectThat(names.includes(expected), 'metric_alarms', `${expected} among them`, names);
  return { gist: `of account ${caller.accountId}: ${names.join(', ')}`, value: undefined };
}
