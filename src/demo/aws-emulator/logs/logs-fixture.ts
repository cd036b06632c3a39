import type { Operation, OperationContext } from '../operation.js';
import { createScenario, SHOP_ACCOUNT } from '../scenario-accounts.js';
import { logsOperations } from './logs-operations.js';
import type { LogsStore } from './logs-store.js';
import { seedLogs } from './seed-logs.js';

/** Both accounts' logs at a fixed time, with a clock the spec moves, and the operations to call. */
export class LogsFixture {
  readonly start = new Date('2026-11-21T10:00:30Z');
  readonly scenario = createScenario(this.start);
  #now = this.start;
  readonly #stores = new Map(this.scenario.accounts.map((account) => [account.id, seedLogs(account, () => this.#now)]));
  readonly #operations = logsOperations({
    account: (id) => {
      const logs = this.#stores.get(id);
      return logs && { logs };
    },
  });

  get now(): Date {
    return this.#now;
  }

  /** Seconds since the epoch of the time this many minutes before the start. */
  minutesAgo(minutes: number): number {
    return Math.floor(this.start.getTime() / 1_000) - minutes * 60;
  }

  wait(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }

  store(accountId = SHOP_ACCOUNT): LogsStore {
    const store = this.#stores.get(accountId);
    if (!store) throw new Error(`no account ${accountId}`);
    return store;
  }

  context(accountId = SHOP_ACCOUNT): OperationContext {
    return { accountId, region: 'us-east-1', principalArn: `arn:aws:iam::${accountId}:user/u`, now: this.#now };
  }

  async call<T>(name: string, input: object, accountId?: string): Promise<T> {
    return (await this.#operation(name).handle(input as never, this.context(accountId))) as T;
  }

  resources(name: string, input: object, accountId?: string): readonly string[] | undefined {
    return this.#operation(name).resources?.(input as never, this.context(accountId));
  }

  #operation(name: string): Operation {
    const operation = this.#operations[name];
    if (!operation) throw new Error(`no operation ${name}`);
    return operation;
  }
}
