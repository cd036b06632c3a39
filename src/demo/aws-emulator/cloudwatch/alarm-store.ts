import { random } from '../scenario.js';
import {
  type AlarmDefinition,
  alarmArn,
  type AlarmState,
  type CompositeAlarmDefinition,
  type Evaluation,
  type Transition,
} from './alarm.js';
import { type Contributor, Contributors, isMultiSeries } from './alarm-contributors.js';
import { evaluateAt, type PeriodValues } from './alarm-evaluation.js';
import { type AlarmRule, alarmsIn, parseAlarmRule, ruleHolds } from './alarm-rule.js';
import type { TimeSeries } from './math-values.js';
import type { MetricStore } from './metric-store.js';
import { type MuteRule, statusOf } from './mute-rule.js';
import { QueryEvaluator } from './query-evaluator.js';
import { SyntaxProblem } from './tokens.js';

/** An alarm with all its changes of state so far, oldest first. */
export interface Alarm {
  readonly definition: AlarmDefinition;
  readonly transitions: readonly Transition[];
  /** The alarms a composite alarm's rule refers to. */
  readonly children: readonly string[];
  /** The time series of an alarm on several. */
  readonly contributors: readonly Contributor[];
}

interface Tracked {
  readonly definition: AlarmDefinition;
  readonly transitions: Transition[];
  readonly rule?: AlarmRule;
  readonly children: readonly string[];
  readonly series: Contributors;
  evaluatedUntilMs: number;
}

/**
 * The alarms of one account. States are not set: they follow from the metrics, period by period, so an incident that
 * shows in a metric shows in its alarm. A composite alarm comes after the alarms of its rule.
 */
export class AlarmStore {
  private readonly alarms: readonly Tracked[];

  constructor(
    private readonly accountId: string,
    definitions: readonly AlarmDefinition[],
    private readonly metrics: MetricStore,
    readonly muteRules: readonly MuteRule[] = [],
  ) {
    this.alarms = definitions.map((definition) => {
      const rule = definition.kind === 'composite' ? readRule(definition.rule) : undefined;
      const evaluatedUntilMs = definition.createdAt.getTime();
      const children = rule ? alarmsIn(rule) : [];
      return { definition, transitions: [], rule, children, series: new Contributors(), evaluatedUntilMs };
    });
  }

  /** All alarms, evaluated up to `now`, ordered by name. */
  at(now: Date): Alarm[] {
    for (const alarm of this.alarms) {
      const { definition } = alarm;
      if (definition.kind === 'composite') this.advanceComposite(alarm, definition, now.getTime());
      else this.advanceEvaluated(alarm, definition, now.getTime());
    }
    return this.alarms
      .map(({ definition, transitions, children, series }) => {
        return { definition, transitions, children, contributors: series.all() };
      })
      .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  /** Whether a mute rule keeps the alarm's actions back. */
  isMuted(name: string, at: Date): boolean {
    return this.muteRules.some((rule) => rule.alarms.includes(name) && statusOf(rule, at) === 'ACTIVE');
  }

  private advanceEvaluated(alarm: Tracked, definition: Evaluation & { readonly name: string }, nowMs: number): void {
    const periodMs = definition.periodSeconds * 1000;
    const delayMs = evaluationDelayMs(definition.name);
    const lastMs = Math.floor((nowMs - delayMs) / periodMs) * periodMs;
    const firstMs = (Math.floor(alarm.evaluatedUntilMs / periodMs) + 1) * periodMs;
    if (firstMs > lastMs) return;
    const found = this.read(definition, firstMs - definition.evaluationPeriods * periodMs, lastMs, nowMs);
    const multiple = isMultiSeries(definition);
    const values: PeriodValues = found[0]?.points ?? new Map<number, number>();
    for (let boundaryMs = firstMs; boundaryMs <= lastMs; boundaryMs += periodMs) {
      const at = new Date(boundaryMs + delayMs);
      const transition = multiple
        ? alarm.series.evaluateAt(definition, found, boundaryMs, stateOf(alarm), at)
        : evaluateAt(definition, values, boundaryMs, stateOf(alarm), at);
      if (transition) alarm.transitions.push(transition);
    }
    alarm.evaluatedUntilMs = lastMs;
  }

  private read(definition: Evaluation, fromMs: number, untilMs: number, nowMs: number): readonly TimeSeries[] {
    const watched = definition.queries.find(({ ReturnData }) => ReturnData !== false);
    const evaluator = new QueryEvaluator(this.metrics, definition.queries, { fromMs, untilMs, nowMs });
    return evaluator.seriesOf(watched?.Id ?? '');
  }

  /** A composite alarm is evaluated whenever an alarm of its rule changes. */
  private advanceComposite(alarm: Tracked, definition: CompositeAlarmDefinition, nowMs: number): void {
    const children = this.alarms.filter((child) => alarm.children.includes(child.definition.name));
    const changes = children
      .flatMap((child) => child.transitions.map((transition) => ({ name: child.definition.name, transition })))
      .filter(({ transition }) => transition.at.getTime() > alarm.evaluatedUntilMs)
      .sort((a, b) => a.transition.at.getTime() - b.transition.at.getTime());
    for (const { name, transition } of changes) {
      const stateThen = (child: string): AlarmState =>
        stateAt(children.find((candidate) => candidate.definition.name === child)?.transitions ?? [], transition.at);
      const to = alarm.rule && ruleHolds(alarm.rule, stateThen) ? 'ALARM' : 'OK';
      if (to !== stateOf(alarm)) alarm.transitions.push(this.followed(stateOf(alarm), to, name, transition));
    }
    alarm.evaluatedUntilMs = Math.max(definition.createdAt.getTime(), nowMs);
  }

  private followed(from: AlarmState, to: AlarmState, child: string, { at, to: childState }: Transition): Transition {
    const reason: Transition['reason'] = (region) => {
      const arn = alarmArn(region, this.accountId, child);
      return {
        text: `${arn} transitioned to ${childState} at ${at.toUTCString().replace('GMT', 'UTC')}`,
        data: { triggeringAlarms: [{ arn, state: { value: childState, timestamp: at.toISOString() } }] },
      };
    };
    return { at, from, to, reason };
  }
}

/** The state after the last transition. */
export function stateOf({ transitions }: { readonly transitions: readonly Transition[] }): AlarmState {
  return transitions.at(-1)?.to ?? 'INSUFFICIENT_DATA';
}

function stateAt(transitions: readonly Transition[], at: Date): AlarmState {
  return transitions.findLast((transition) => transition.at <= at)?.to ?? 'INSUFFICIENT_DATA';
}

/** Rules of forms that are not evaluated here are kept as text: their alarms stay as they were created. */
function readRule(text: string): AlarmRule | undefined {
  try {
    return parseAlarmRule(text);
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return undefined;
    throw problem;
  }
}

/** CloudWatch evaluates an alarm some seconds after a period's end, always the same for one alarm. */
function evaluationDelayMs(name: string): number {
  return 2_000 + Math.floor(random(0, name) * 38_000);
}
