/** How one check ended: `skip` means that it could not be made, and why is said. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** The areas that are checked, in the order of the report. */
export type CheckArea =
  | 'configuration'
  | 'public-url'
  | 'certificate'
  | 'state-secret'
  | 'issuer'
  | 'aws'
  | 'clock'
  | 'server-identity'
  | 'external-id'
  | 'role';

/** One thing that was checked, for an operator: what is so, and what to do about it. Holds no secret. */
export interface Check {
  readonly area: CheckArea;
  readonly status: CheckStatus;
  /** A plain sentence. */
  readonly says: string;
  /** Present when something is to be mended. */
  readonly fix?: string;
}

/** Everything that was checked. */
export interface Diagnosis {
  /** True when nothing failed; warnings are allowed. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

/** A diagnosis of these checks. */
export function diagnosisOf(checks: readonly Check[]): Diagnosis {
  return { healthy: checks.every(({ status }) => status !== 'fail'), checks };
}
