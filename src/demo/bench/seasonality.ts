import { analyzePoints } from '../../metrics/analysis/metric-analysis.js';
import { type NoiseScore, type Score, scoreNoise, scoreSeasons } from './seasonality-score.js';
import { CONDITIONS, seasonalSeries } from './seasonality-series.js';

// Prints how often analyze_metric finds the season of synthetic series, and how often one in noise.

const SERIES_OF_EACH = Number(process.env['BENCH_SERIES'] ?? 3);
const NOISE_OF_EACH = Number(process.env['BENCH_NOISE'] ?? 20);
const REQUIRED_SHARE = 0.95;

const NAMES: Readonly<Record<number, string>> = {
  900: '15 min',
  3_600: '1 h',
  21_600: '6 h',
  86_400: '24 h',
  604_800: '1 week',
};

function seasonTable(scores: readonly Score[]): string[] {
  const conditions = Object.keys(CONDITIONS);
  const rows = new Map<string, Score[]>();
  for (const score of scores) {
    const name = `${NAMES[score.periodSeconds]} at ${score.resolutionSeconds / 60} min`;
    rows.set(name, [...(rows.get(name) ?? []), score]);
  }
  return [
    ['season', ...conditions],
    ...[...rows].map(([name, row]) => [name, ...row.map(({ right, total }) => `${right}/${total}`)]),
  ].map(([name = '', ...cells]) =>
    [name.padEnd(16), ...cells.map((cell, index) => cell.padStart((conditions[index]?.length ?? 0) + 2))].join(''),
  );
}

function noiseTable(scores: readonly NoiseScore[]): string[] {
  return scores.map(({ kind, wrong, total }) => `${kind.padEnd(16)}${`${wrong}/${total}`.padStart(8)}`);
}

function cpuMsOfTwoWeeks(): number {
  const points = seasonalSeries(86_400, 60, 'sine', CONDITIONS['noise 1']!, 1);
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    analyzePoints(points);
    return process.cpuUsage(before).user / 1_000;
  });
  return times.sort((a, b) => a - b)[2]!;
}

const seasons = scoreSeasons(SERIES_OF_EACH);
const noise = scoreNoise(NOISE_OF_EACH);
const right = seasons.reduce((sum, score) => sum + score.right, 0);
const total = seasons.reduce((sum, score) => sum + score.total, 0);
const wrong = noise.reduce((sum, score) => sum + score.wrong, 0);
process.stdout.write(
  [
    'Seasons found over 14 days (right/series: sine, square, spike and office hours; noise in standard deviations)',
    ...seasonTable(seasons),
    `right: ${right} of ${total}, ${((100 * right) / total).toFixed(1)} %`,
    '',
    'Seasons found in noise (false/series)',
    ...noiseTable(noise),
    `false: ${wrong} of ${noise.reduce((sum, score) => sum + score.total, 0)}`,
    '',
    `20,160 points: ${cpuMsOfTwoWeeks().toFixed(0)} ms of CPU`,
    '',
  ].join('\n'),
);
if (right / total < REQUIRED_SHARE || wrong > 0) process.exitCode = 1;
