import { z } from 'zod';

/** CloudWatch Logs Insights bills gigabytes of 10^9 bytes. */
export const GB = 1_000_000_000;

const USD_PER_GB = 0.005;

/** What a scan cost. */
export const scanCost = z.object({
  bytes_scanned: z.number().describe('Uncompressed bytes.'),
  gb_scanned: z.number().describe('10^9 bytes.'),
  estimated_usd: z.number().describe('At $0.005 a GB, the list price in us-east-1.'),
});

/** The price of the bytes scanned; null where AWS told of none. */
export function toScanCost(bytes: number | undefined): z.output<typeof scanCost> | null {
  if (bytes === undefined) return null;
  return { bytes_scanned: bytes, gb_scanned: rounded(bytes / GB, 3), estimated_usd: usdOf(bytes) };
}

/** What several scans cost together; null where nothing is known of any. */
export function sumOfCosts(costs: readonly (z.output<typeof scanCost> | null)[]): z.output<typeof scanCost> | null {
  const known = costs.filter((cost) => cost !== null);
  if (known.length === 0) return null;
  return toScanCost(known.reduce((sum, cost) => sum + cost.bytes_scanned, 0));
}

/** US dollars for scanning so many bytes, to a hundredth of a cent. */
export function usdOf(bytes: number): number {
  return rounded((bytes / GB) * USD_PER_GB, 4);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
