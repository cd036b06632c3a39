/** What a planned fault does to a call. */
export type FaultKind =
  'throttle' | 'server-error' | 'latency' | 'access-denied' | 'expired-credentials' | 'reset' | 'error';

/** A fault to inject. */
export interface FaultRule {
  /**
   * IAM action of the operation, e.g. `logs:StartQuery`, `cloudwatch:GetMetricData`, `sts:AssumeRole`; `*` for all;
   * `logs:StartLiveTail/event` for each event of an answer that streams.
   */
  readonly operation: string;
  readonly kind: FaultKind;
  /** Name of an `error` fault on the wire, e.g. `IDPRejectedClaim`. */
  readonly code?: string;
  /** Which part of the calls it hits, by chance, e.g. 0.8; absent: all. */
  readonly share?: number;
  /** How many calls it hits; absent: all until `clear()`. */
  readonly times?: number;
  /** Milliseconds a `latency` fault delays the call. */
  readonly latencyMs?: number;
  /** Only calls of principals whose ARN contains this; for AssumeRoleWithWebIdentity the session it asks for. */
  readonly principalContains?: string;
  /** AWS's words when it fails; default: those of the kind. */
  readonly message?: string;
}

/** What happens to one call: a delay, then possibly a failure. */
export interface FaultOutcome {
  readonly delayMs: number;
  readonly failure?: Exclude<FaultKind, 'latency'>;
  /** With failure `error`: its name. */
  readonly code?: string;
  /** AWS's words, when the rule gives some. */
  readonly message?: string;
}

const NO_FAULT: FaultOutcome = { delayMs: 0 };

/** The faults the emulator injects, after it verified who is calling. */
export class FaultPlan {
  #rules: { readonly rule: FaultRule; left: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#rules = [];
  }

  /** How many faults have not hit all the calls they are to hit. */
  get left(): number {
    return this.#rules.length;
  }

  /** Uses up what applies to one call: every delay, and the first failure in the order they were added. */
  take(operation: string, principal: string): FaultOutcome {
    if (this.#rules.length === 0) return NO_FAULT;
    let delayMs = 0;
    let failure: FaultOutcome['failure'];
    let code: string | undefined;
    let message: string | undefined;
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (entry.left <= 0 || !matches(rule, operation, principal) || Math.random() >= (rule.share ?? 1)) continue;
      if (rule.kind === 'latency') delayMs += rule.latencyMs ?? 0;
      else if (failure === undefined) {
        failure = rule.kind;
        ({ code, message } = rule);
      } else continue;
      entry.left -= 1;
    }
    this.#rules = this.#rules.filter((entry) => entry.left > 0);
    return { delayMs, failure, code, message };
  }
}

function matches(rule: FaultRule, operation: string, principal: string): boolean {
  return (rule.operation === '*' || rule.operation === operation) && principal.includes(rule.principalContains ?? '');
}
