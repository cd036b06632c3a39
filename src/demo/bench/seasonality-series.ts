import type { MetricPoint } from '../../metrics/analysis/metric-grid.js';

const DAY_MS = 86_400_000;
const SPAN_MS = 14 * DAY_MS;
/** A Monday; the series of another seed begin at another time of that week. */
const MONDAY_MS = Date.UTC(2026, 10, 2);

export const PERIODS_SECONDS = [900, 3_600, 21_600, 86_400, 604_800] as const;
export const RESOLUTIONS_SECONDS = [60, 300] as const;

/** Numbers from 0 to 1 that are the same in every run. */
export type Random = () => number;

/** The generator mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A value of the standard normal distribution (Box and Muller). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How a cycle runs: its value at a share of the cycle, 0 to 1. */
export const SHAPES: Readonly<Record<string, (share: number, periodSeconds: number) => number>> = {
  sine: (share) => Math.sin(2 * Math.PI * share),
  square: (share) => (share < 0.5 ? 1 : 0),
  spike: (share) => (share < 0.05 ? 1 : 0),
  office: (share, periodSeconds) => {
    if (periodSeconds !== 604_800) return plateau(share, 9 / 24, 17 / 24);
    const day = share * 7;
    return day < 5 ? plateau(day % 1, 9 / 24, 17 / 24) : 0;
  },
};

/** Up from `from` on and down again at `until`, each within a tenth of the cycle. */
function plateau(share: number, from: number, until: number): number {
  return Math.max(0, Math.min(1, (share - from) / 0.1 + 0.5, (until - share) / 0.1 + 0.5));
}

/** What is done to a clean series; noise is in standard deviations of the signal. */
export interface Condition {
  readonly noise: number;
  readonly missing?: number;
  readonly outageMs?: number;
  /** The rise over the whole time, in standard deviations of the signal. */
  readonly trend?: number;
  readonly withoutLast?: boolean;
}

export const CONDITIONS: Readonly<Record<string, Condition>> = {
  clean: { noise: 0 },
  'noise 0.5': { noise: 0.5 },
  'noise 1': { noise: 1 },
  'noise 2': { noise: 2 },
  '20 % missing': { noise: 0.5, missing: 0.2 },
  'outage of a day': { noise: 0.5, outageMs: DAY_MS },
  trend: { noise: 0.5, trend: 4 },
  'no last point': { noise: 0.5, withoutLast: true },
  'all of these': { noise: 0.5, missing: 0.2, outageMs: DAY_MS, trend: 4, withoutLast: true },
};

/** Fourteen days of a metric that repeats with this period. */
export function seasonalSeries(
  periodSeconds: number,
  resolutionSeconds: number,
  shape: keyof typeof SHAPES,
  condition: Condition,
  seed: number,
): MetricPoint[] {
  const random = randomFrom(seed);
  const { noise, missing = 0, outageMs = 0, trend = 0, withoutLast = false } = condition;
  const steps = SPAN_MS / 1_000 / resolutionSeconds;
  const startMs = MONDAY_MS + Math.floor(random() * 2_016) * 300_000;
  const shiftMs = Math.floor(random() * 2_016) * 300_000;
  const signal = Array.from({ length: steps }, (_, step) => {
    const ms = (startMs + shiftMs + step * resolutionSeconds * 1_000 - MONDAY_MS) % (periodSeconds * 1_000);
    return SHAPES[shape]!(ms / (periodSeconds * 1_000), periodSeconds);
  });
  const deviation = standardDeviation(signal);
  const outageFrom = Math.floor(random() * (SPAN_MS - outageMs));
  return signal
    .map((value, step) => ({
      timeMs: startMs + step * resolutionSeconds * 1_000,
      value: 20 + value + deviation * (noise * gaussian(random) + (trend * step) / steps),
    }))
    .filter(({ timeMs }) => {
      const offset = timeMs - startMs;
      return random() >= missing && !(offset >= outageFrom && offset < outageFrom + outageMs);
    })
    .slice(0, withoutLast ? -1 : undefined);
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Kinds of series without a season; each makes the next value. */
export const NOISES: Readonly<Record<string, (random: Random) => () => number>> = {
  white: (random) => () => gaussian(random),
  'AR(1) 0.9': (random) => autoregressive(random, 0.9),
  'AR(1) 0.999': (random) => autoregressive(random, 0.999),
  'random walk': (random) => autoregressive(random, 1),
  'Cauchy-tailed': (random) => () => gaussian(random) / (Math.abs(gaussian(random)) + 1e-6),
  lognormal: (random) => () => Math.exp(2 * gaussian(random)),
  constant: (random) => {
    const level = Math.round(random() * 100);
    return () => level;
  },
  steps: (random) => stepping(random, 0),
  'noisy steps': (random) => stepping(random, 0.3),
  'rare bursts': (random) => {
    let left = 0;
    return () => {
      if (left > 0) left -= 1;
      else if (random() < 1 / 4_000) left = Math.ceil(random() * 120);
      return left > 0 ? 10 : random();
    };
  },
};

/** Fourteen days of a metric without a season. */
export function noiseSeries(kind: keyof typeof NOISES, resolutionSeconds: number, seed: number): MetricPoint[] {
  const next = NOISES[kind]!(randomFrom(seed));
  const steps = SPAN_MS / 1_000 / resolutionSeconds;
  return Array.from({ length: steps }, (_, step) => ({
    timeMs: MONDAY_MS + step * resolutionSeconds * 1_000,
    value: next(),
  }));
}

function autoregressive(random: Random, memory: number): () => number {
  let value = 0;
  return () => (value = memory * value + gaussian(random));
}

function stepping(random: Random, noise: number): () => number {
  const changes = 2 + Math.floor(random() * 8);
  let level = 0;
  return () => {
    if (random() < changes / 8_000) level = 10 * random();
    return level + noise * gaussian(random);
  };
}
