import type { Findings } from './findings.js';
import type { Settings } from './settings.js';

/** Where counts of failed authentications go besides the Prometheus text. */
export interface MetricsConfig {
  /** Custom metrics of CloudWatch, put with the server's own role. */
  readonly cloudWatch: boolean;
  /** The same metrics as lines of the log that CloudWatch Logs turns into metrics (embedded metric format). */
  readonly embedded: boolean;
}

/** Assembles the outlets of metrics. */
export function assembleMetrics(settings: Settings, findings: Findings): MetricsConfig {
  const { METRICS_CLOUDWATCH: cloudWatch = false, METRICS_EMF: embedded = false } = settings;
  if (cloudWatch && embedded) {
    findings.warnings.push(
      'METRICS_CLOUDWATCH and METRICS_EMF are both on: where CloudWatch Logs reads the log, every failure counts twice. Switch one off.',
    );
  }
  return { cloudWatch, embedded };
}
