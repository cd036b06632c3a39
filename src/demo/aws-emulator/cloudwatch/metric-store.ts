import { MINUTE_MS } from '../scenario.js';
import type { SampleSink, StatisticSet } from './buckets.js';

export interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** What identifies a metric: two with other dimensions are two metrics. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

/** Computes the samples of the minute that begins at `minuteMs`; it is called once for every minute asked for. */
export type MinuteSamples = (minuteMs: number, add: (value: number, weight: number) => void) => void;

/** A metric whose past is computed from the scenario, one minute at a time. */
export interface SeededMetric extends MetricId {
  readonly unit: string;
  readonly samples: MinuteSamples;
  readonly fromMs: number;
  /** Absent: it still reports. */
  readonly untilMs?: number;
}

export interface DataPoint {
  readonly timeMs: number;
  readonly unit: string;
  readonly content: { readonly value: number; readonly weight: number } | StatisticSet;
}

/** A metric CloudWatch forgets two weeks after its last data point. */
const LISTED_FOR_MS = 14 * 24 * 60 * MINUTE_MS;

/** One metric: its computed past and the points put on top of it. */
export class MetricSeries {
  private readonly points: DataPoint[] = [];
  private lastPointMs = -Infinity;

  constructor(
    readonly id: MetricId,
    private readonly seeded?: SeededMetric,
  ) {}

  add(point: DataPoint): void {
    this.points.push(point);
    this.lastPointMs = Math.max(this.lastPointMs, point.timeMs);
  }

  /** Puts every sample of [fromMs, untilMs) into the sink; a computed minute counts once it is over at `nowMs`. */
  collect(fromMs: number, untilMs: number, nowMs: number, sink: SampleSink, unit?: string): void {
    if (this.seeded && (unit === undefined || unit === this.seeded.unit)) {
      this.collectSeeded(this.seeded, fromMs, Math.min(untilMs, nowMs - MINUTE_MS + 1), sink);
    }
    for (const { timeMs, unit: pointUnit, content } of this.points) {
      if (timeMs < fromMs || timeMs >= untilMs || (unit !== undefined && unit !== pointUnit)) continue;
      if ('value' in content) sink.add(timeMs, content.value, content.weight);
      else sink.addSet(timeMs, content);
    }
  }

  /** Whether it has reported within `withinMs` before now; ListMetrics shows no other. */
  isActive(nowMs: number, withinMs: number = LISTED_FOR_MS): boolean {
    const seededUntil = this.seeded ? (this.seeded.untilMs ?? nowMs) : -Infinity;
    return Math.max(seededUntil, this.lastPointMs) >= nowMs - withinMs;
  }

  private collectSeeded(seeded: SeededMetric, fromMs: number, untilMs: number, sink: SampleSink): void {
    const last = Math.min(untilMs, seeded.untilMs ?? Infinity);
    let minuteMs = Math.ceil(Math.max(fromMs, seeded.fromMs) / MINUTE_MS) * MINUTE_MS;
    const add = (value: number, weight: number): void => sink.add(minuteMs, value, weight);
    for (; minuteMs < last; minuteMs += MINUTE_MS) seeded.samples(minuteMs, add);
  }
}

/** All metrics of one account. */
export class MetricStore {
  private readonly series = new Map<string, MetricSeries>();

  constructor(seeded: readonly SeededMetric[] = []) {
    for (const metric of seeded) {
      const id = { namespace: metric.namespace, name: metric.name, dimensions: sortedDimensions(metric.dimensions) };
      this.series.set(keyOf(id), new MetricSeries(id, metric));
    }
  }

  /** Adds a data point; an unknown metric comes into being. */
  put(id: MetricId, point: DataPoint): void {
    const key = keyOf(id);
    const series = this.series.get(key) ?? new MetricSeries({ ...id, dimensions: sortedDimensions(id.dimensions) });
    series.add(point);
    this.series.set(key, series);
  }

  /** The metric with exactly these dimensions, in any order. */
  find(id: MetricId): MetricSeries | undefined {
    return this.series.get(keyOf(id));
  }

  /** All metrics, ordered by namespace, name and dimensions. */
  all(): MetricSeries[] {
    return [...this.series.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series);
  }
}

function keyOf(id: MetricId): string {
  return JSON.stringify([
    id.namespace,
    id.name,
    sortedDimensions(id.dimensions).map(({ name, value }) => [name, value]),
  ]);
}

function sortedDimensions(dimensions: readonly Dimension[]): Dimension[] {
  return [...dimensions].sort((a, b) => (a.name < b.name ? -1 : 1));
}
