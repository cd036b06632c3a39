/** Where the server's own metrics are; its IAM policy allows no other namespace. */
export const METRICS_NAMESPACE = 'CloudWatchMcp';

/** Every custom metric with the dimensions it is put with; a list without any is one that an alarm can stand on. */
export const CLOUDWATCH_METRICS = {
  AuthenticationFailures: [['Endpoint', 'ClientIp'], ['Reason']],
  SuspiciousAuthenticationFailures: [[]],
  IdentityProviderTrouble: [[]],
  WrongAudience: [[]],
} as const satisfies Readonly<Record<string, readonly (readonly string[])[]>>;

export type CloudWatchMetric = keyof typeof CLOUDWATCH_METRICS;

/** How often something happened within one minute. */
export interface MetricPoint {
  readonly metric: CloudWatchMetric;
  readonly dimensions: Readonly<Record<string, string>>;
  /** The minute's beginning, in milliseconds since the epoch. */
  readonly minuteMs: number;
  readonly count: number;
}
