import { Injectable } from '@nestjs/common';
import { ServiceError } from '../errors.js';

/**
 * How far the end of this process has come. The health room takes the steps, each once and in this order; whoever runs
 * something long heeds them, so that every request that was accepted is answered.
 */
@Injectable()
export class ShutdownService {
  readonly #begun = new AbortController();
  readonly #endWaiting = new AbortController();
  readonly #answerNow = new AbortController();

  /** Aborted from the first moment: no more requests shall be sent here. */
  get begun(): AbortSignal {
    return this.#begun.signal;
  }

  /** Aborted when nobody shall wait any longer for what can be fetched later, from any replica. */
  get endWaiting(): AbortSignal {
    return this.#endWaiting.signal;
  }

  begin(): void {
    this.#begun.abort();
  }

  stopWaiting(): void {
    this.#endWaiting.abort();
  }

  /** Ends every `race` with its refusal. */
  answerNow(): void {
    this.#answerNow.abort();
  }

  /**
   * What the work gives, while there is time for it.
   * @throws ServiceError `unavailable` once there is only time left to say so
   */
  async race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#answerNow;
    let giveUp = (): void => undefined;
    const over = new Promise<never>((_resolve, reject) => {
      giveUp = () => reject(restarting());
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }
}

function restarting(): ServiceError {
  return new ServiceError('unavailable', 'The server is being restarted. Call again: another replica answers.', {
    retryAfterSeconds: 1,
  });
}
