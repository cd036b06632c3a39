import type { UserCredentials } from './user-credentials.js';

/** One caller's AWS credentials during one tool call, renewed in place when AWS says they have expired. */
export class AwsSession {
  #renewing: Promise<void> | undefined;

  constructor(
    private credentials: UserCredentials,
    private readonly obtainInstead: (stale: UserCredentials) => Promise<UserCredentials>,
  ) {}

  get current(): UserCredentials {
    return this.credentials;
  }

  /** Replaces `stale`; calls in parallel renew once, and nothing happens when another has renewed already. */
  async renew(stale: UserCredentials): Promise<void> {
    if (stale !== this.credentials) return;
    this.#renewing ??= this.obtainInstead(stale)
      .then((fresh) => void (this.credentials = fresh))
      .finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }
}
