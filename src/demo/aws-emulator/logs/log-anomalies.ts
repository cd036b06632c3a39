/** Watches log groups of the account for messages that are out of the ordinary. */
export interface AnomalyDetector {
  readonly id: string;
  readonly name: string;
  readonly logGroupNames: readonly string[];
  readonly evaluationFrequency: 'ONE_MIN' | 'FIVE_MIN' | 'TEN_MIN' | 'FIFTEEN_MIN' | 'THIRTY_MIN' | 'ONE_HOUR';
  readonly status: 'ANALYZING' | 'TRAINING' | 'PAUSED';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What a detector found. It is computed from the group's own events, so that both tell the same story. */
export interface LogAnomaly {
  readonly id: string;
  readonly patternId: string;
  readonly detectorId: string;
  readonly logGroupName: string;
  readonly description: string;
  readonly priority: 'HIGH' | 'MEDIUM' | 'LOW';
  /** Milliseconds since the epoch; the anomalous messages lie between them. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly suppressed: boolean;
  /** A text that every message of the anomaly contains. */
  readonly marker: string;
}
