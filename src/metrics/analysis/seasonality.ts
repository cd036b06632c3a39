import type { MetricGrid } from './metric-grid.js';
import { seasonalProfile } from './seasonal-profile.js';
import { straightLine } from './straight-line.js';
import { winsorized } from './winsorized.js';

/** The seasons that are looked for; each is a multiple of the one before. */
export const SEASONS_SECONDS = [900, 3_600, 21_600, 86_400, 604_800] as const;

/** The seasons explain at least this share of what moves around the straight line through the values. */
const MIN_STRENGTH = 0.1;
/** Of all that is seasonal, longer seasons must add more than this share to be the season. */
const LONGER_MUST_ADD = 0.1;
/** Values that lie within a thousandth of their range around a line have nothing worth a season. */
const MIN_VARIANCE = 1e-6;

export interface Seasonality {
  /** 0 without a season. */
  readonly seconds: number;
  /** The share of the variance that seasons explain in cycles they were not learned from, 0 to 1. */
  readonly strength: number;
  /** The values scaled to 0 .. 1 and without what is seasonal; NaN where there was none. */
  readonly deseasonalised: Float64Array;
}

/**
 * The shortest season that explains the values. A series that repeats every hour also repeats every day, so seasons are
 * taken out from the shortest to the longest, and a longer one counts only for what the shorter ones leave: it is the
 * season when it adds more than a tenth of all that is seasonal. So weekly wins over daily where weekends differ that
 * much, and never because a longer profile has more to fit with.
 */
export function findSeasonality(grid: MetricGrid): Seasonality {
  let rest = winsorized(grid.values);
  const { residualVariance: variance } = straightLine(rest);
  if (!(variance > MIN_VARIANCE)) return { seconds: 0, strength: 0, deseasonalised: rest };
  const whole = rest;
  const found: { seconds: number; strength: number }[] = [];
  for (const seconds of SEASONS_SECONDS) {
    const profile = seasonalProfile({ ...grid, values: rest }, seconds * 1_000);
    if (profile === undefined) continue;
    found.push({ seconds, strength: profile.explained / variance });
    rest = rest.map((value, step) => value - profile.at(step));
  }
  const strength = found.reduce((sum, season) => sum + season.strength, 0);
  if (strength < MIN_STRENGTH) return { seconds: 0, strength: 0, deseasonalised: whole };
  let explained = 0;
  const season = found.find((candidate) => (explained += candidate.strength) >= (1 - LONGER_MUST_ADD) * strength);
  return { seconds: season?.seconds ?? 0, strength: Math.min(1, strength), deseasonalised: rest };
}
