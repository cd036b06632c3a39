import { checkScan, type ScanEstimate } from '../scan-estimate.js';
import { guardScan, type Scan } from '../scan-guard.client.js';
import type { ChunkQuery } from './split-query.client.js';

/**
 * Estimates all that a batch scans, each chunk once, and stops a batch that is too large as a whole.
 * @returns undefined where the time range is too short to matter
 * @throws InvalidInput naming `start_time` when the scan is too large and not confirmed
 */
export async function guardBatchScan(
  queries: readonly ChunkQuery[],
  scan: Pick<Scan, 'range' | 'now' | 'maxScanGb' | 'confirmed'>,
  signal: AbortSignal,
): Promise<ScanEstimate | undefined> {
  // Each chunk's share of the limit decides whether it is worth a look; only the sum decides whether the batch runs.
  const share = { ...scan, maxScanGb: scan.maxScanGb / Math.max(1, queries.length), confirmed: true };
  const estimates = await Promise.all(
    queries.map(({ client, chunk, owner }) =>
      guardScan(client, { ...share, groups: chunk.logGroups, account: owner.account }, signal),
    ),
  );
  const known = estimates.filter((estimate) => estimate !== undefined);
  const bytes = known.reduce((sum, estimate) => sum + (estimate.bytes ?? 0), 0);
  checkScan(bytes, scan);
  return known.find((estimate) => estimate.bytes === null) ?? (known.length === 0 ? undefined : { bytes });
}
