import { analyzePoints } from '../../metrics/analysis/metric-analysis.js';
import {
  CONDITIONS,
  NOISES,
  noiseSeries,
  PERIODS_SECONDS,
  RESOLUTIONS_SECONDS,
  seasonalSeries,
  SHAPES,
} from './seasonality-series.js';

/** How often the season was found among series of one period, resolution and condition. */
export interface Score {
  readonly periodSeconds: number;
  readonly resolutionSeconds: number;
  readonly condition: string;
  readonly right: number;
  readonly total: number;
}

/** How often a season was found in noise of one kind. */
export interface NoiseScore {
  readonly kind: string;
  readonly wrong: number;
  readonly total: number;
}

/** Every period, resolution and condition, in every shape, so many series of each. */
export function scoreSeasons(seriesOfEach: number): Score[] {
  return PERIODS_SECONDS.flatMap((periodSeconds) =>
    RESOLUTIONS_SECONDS.flatMap((resolutionSeconds) =>
      Object.entries(CONDITIONS).map(([name, condition]) => {
        const found = Object.keys(SHAPES).flatMap((shape) =>
          seedsOf(seriesOfEach).map((seed) =>
            seasonOf(seasonalSeries(periodSeconds, resolutionSeconds, shape, condition, seed)),
          ),
        );
        const right = found.filter((seconds) => seconds === periodSeconds).length;
        return { periodSeconds, resolutionSeconds, condition: name, right, total: found.length };
      }),
    ),
  );
}

/** Every kind of noise, so many series of each, by turns at every resolution. */
export function scoreNoise(seriesOfEach: number): NoiseScore[] {
  return Object.keys(NOISES).map((kind) => {
    const found = seedsOf(seriesOfEach).map((seed) =>
      seasonOf(noiseSeries(kind, RESOLUTIONS_SECONDS[seed % RESOLUTIONS_SECONDS.length]!, seed)),
    );
    return { kind, wrong: found.filter((seconds) => seconds !== 0).length, total: found.length };
  });
}

function seasonOf(points: Parameters<typeof analyzePoints>[0]): number {
  return analyzePoints(points).seasonality_seconds;
}

function seedsOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
