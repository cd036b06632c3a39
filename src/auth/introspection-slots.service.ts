import { Injectable } from '@nestjs/common';
import { limitKey } from '../security-monitoring/http/client-ip.js';
import { FailureBudgetService } from '../security-monitoring/rate-limit/failure-budget.service.js';
import type { Unanswered } from './introspection.service.js';

const LONGEST_WAIT_MS = 1500;

/** One request's leave to have the authorization server asked. */
export interface IntrospectionSlot {
  /** True, or why not; waits while the questions under way for the address could use up its budget. */
  readonly take: () => Promise<true | Unanswered>;
  /** To be called once the outcome is counted, whether or not the slot was taken. */
  readonly release: () => void;
}

interface Address {
  /** Callers that hold a slot or try to get one. */
  callers: number;
  running: number;
  /** Grows with every release, so that a count taken before one is known to be old. */
  releases: number;
  readonly waiting: Set<() => void>;
}

/**
 * Questions under way for each client address: never more than the failures it has left, so that even a thousand
 * made-up tokens at once stay within its budget. Whoever finds no slot waits a moment: the tokens ahead may be good.
 */
@Injectable()
export class IntrospectionSlotsService {
  readonly #addresses = new Map<string, Address>();

  constructor(private readonly budget: FailureBudgetService) {}

  slotFor(ip: string): IntrospectionSlot {
    let held: Address | undefined;
    const key = limitKey(ip);
    return {
      take: async () => {
        const address = this.#arrive(key);
        const entered = await this.#enter(address, ip);
        if (entered === true) held = address;
        else this.#depart(key, address);
        return entered;
      },
      release: () => {
        if (held === undefined) return;
        held.running--;
        held.releases++;
        this.#depart(key, held);
        held = undefined;
      },
    };
  }

  async #enter(address: Address, ip: string): Promise<true | Unanswered> {
    const givenUp = AbortSignal.timeout(LONGEST_WAIT_MS);
    while (!givenUp.aborted) {
      const { releases } = address;
      const left = await this.budget.remaining(ip);
      if (releases !== address.releases) continue;
      if (left <= 0) return 'rate_limited';
      if (address.running < left) {
        address.running++;
        return true;
      }
      await woken(address, givenUp);
    }
    return 'introspection_unavailable';
  }

  #arrive(key: string): Address {
    const address = this.#addresses.get(key) ?? { callers: 0, running: 0, releases: 0, waiting: new Set() };
    this.#addresses.set(key, address);
    address.callers++;
    return address;
  }

  #depart(key: string, address: Address): void {
    address.callers--;
    const [next] = address.waiting;
    next?.();
    if (address.callers === 0) this.#addresses.delete(key);
  }
}

/** Resolves when somebody leaves and it is this caller's turn, or when the caller gives up. */
function woken({ waiting }: Address, givenUp: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      givenUp.removeEventListener('abort', wake);
      resolve();
    };
    waiting.add(wake);
    givenUp.addEventListener('abort', wake, { once: true });
  });
}
