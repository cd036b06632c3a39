import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOG } from './log.module.js';

/** With what writing the logs takes beyond it, the process is gone within ten seconds. */
const DRAIN_MS = 6_000;

/** What becomes of a process after an error nobody caught. */
@Injectable()
export class FaultExitService {
  #ending = false;

  constructor(@Inject(LOG) private readonly log: Logger) {}

  /**
   * From now on such an error is told in one line and ends the process with status 1, after the requests that run have
   * been answered, six seconds later at most. Nothing else can be relied on any more.
   */
  watch(close: () => Promise<void>): void {
    process.on('uncaughtException', (fault: unknown, origin) => {
      this.log.fatal(
        { event: { name: 'process.fault' }, origin, err: fault },
        'an error nobody caught: the server ends',
      );
      if (this.#ending) return;
      this.#ending = true;
      setTimeout(() => process.exit(1), DRAIN_MS);
      void close()
        .catch((failure: unknown) => this.log.error({ err: failure }, 'closing failed'))
        .finally(() => process.exit(1));
    });
  }
}
