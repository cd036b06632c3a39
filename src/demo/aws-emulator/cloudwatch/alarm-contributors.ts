import { createHash } from 'node:crypto';
import type { AlarmState, Evaluation, Transition } from './alarm.js';
import { evaluateAt } from './alarm-evaluation.js';
import type { TimeSeries } from './math-values.js';
import { isInsightsQuery, parseInsightsQuery } from './metrics-insights.js';

/** One time series of an alarm that watches several, with its own changes of state, oldest first. */
export interface Contributor {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly transitions: readonly Transition[];
}

/** Whether an alarm watches one time series for each value of a dimension. */
export function isMultiSeries(evaluation: Evaluation): boolean {
  return groupsOf(evaluation).length > 0;
}

/** The contributors of one alarm, each remembered from its first data on. */
export class Contributors {
  private readonly known = new Map<string, { readonly contributor: Contributor; readonly transitions: Transition[] }>();

  all(): readonly Contributor[] {
    return [...this.known.values()].map(({ contributor }) => contributor);
  }

  /** Evaluates every series at one period boundary; the alarm is in ALARM while one of them is. */
  evaluateAt(
    evaluation: Evaluation,
    found: readonly TimeSeries[],
    boundaryMs: number,
    state: AlarmState,
    at: Date,
  ): Transition | undefined {
    for (const { label } of found) this.remember(label, groupsOf(evaluation));
    for (const [label, { transitions }] of this.known) {
      const points = found.find((series) => series.label === label)?.points ?? new Map<number, number>();
      const own = transitions.at(-1)?.to ?? 'INSUFFICIENT_DATA';
      const transition = evaluateAt(evaluation, points, boundaryMs, own, at);
      if (transition) transitions.push(transition);
    }
    const breaching = this.all().filter(({ transitions }) => transitions.at(-1)?.to === 'ALARM').length;
    const to = this.known.size === 0 ? 'INSUFFICIENT_DATA' : breaching > 0 ? 'ALARM' : 'OK';
    if (to === state) return undefined;
    const text = `${breaching} out of ${this.known.size} time series evaluated to ALARM`;
    return { at, from: state, to, reason: () => ({ text }) };
  }

  private remember(label: string, groups: readonly string[]): void {
    if (this.known.has(label)) return;
    const values = label.split(' ');
    const attributes = Object.fromEntries(groups.map((name, index) => [name, values[index] ?? '']));
    const id = createHash('sha256').update(label).digest('hex').slice(0, 32);
    const transitions: Transition[] = [];
    this.known.set(label, { contributor: { id, attributes, transitions }, transitions });
  }
}

function groupsOf({ queries }: Evaluation): readonly string[] {
  const expression = queries.find(({ ReturnData }) => ReturnData !== false)?.Expression;
  return expression !== undefined && isInsightsQuery(expression) ? parseInsightsQuery(expression).groupBy : [];
}
