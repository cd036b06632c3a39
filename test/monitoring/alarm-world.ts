import type { MetricDataQuery, PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import type { MetricAlarmDefinition } from '../../src/demo/aws-emulator/cloudwatch/alarm.js';
import { AlarmStore } from '../../src/demo/aws-emulator/cloudwatch/alarm-store.js';
import { MetricStore } from '../../src/demo/aws-emulator/cloudwatch/metric-store.js';
import { putMetricData } from '../../src/demo/aws-emulator/cloudwatch/put-metric-data.js';
import { compileFilterPattern } from '../../src/demo/aws-emulator/logs/filter-pattern/filter-pattern.js';
import { readTemplate, type Resource, resourcesOf } from '../support/cloudformation.js';

const MINUTE = 60_000;

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Statistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly MetricDataQuery[];
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold: number;
  readonly ComparisonOperator: MetricAlarmDefinition['comparison'];
  readonly TreatMissingData: MetricAlarmDefinition['treatMissingData'];
}

interface FilterProperties {
  readonly FilterPattern: string;
  readonly MetricTransformations: readonly {
    readonly MetricNamespace: string;
    readonly MetricName: string;
    readonly Dimensions?: readonly { readonly Key: string; readonly Value: string }[];
  }[];
}

interface LogLine {
  readonly time: string;
  readonly [member: string]: unknown;
}

/** The shipped stack as AWS would have it: its metric filters and its alarms, on metrics that nobody else puts. */
export class AlarmWorld {
  readonly #metrics = new MetricStore();
  readonly #resources: readonly Resource[];

  constructor(parameters: Readonly<Record<string, string>> = {}) {
    this.#resources = Object.values(resourcesOf(readTemplate('observability.yaml'), parameters));
  }

  /** Takes what the server has put. */
  put(input: unknown): void {
    putMetricData(this.#metrics, input as PutMetricDataInput, new Date());
  }

  /** Runs the metric filters over lines of the server's log. @returns how many matched, by metric */
  log(lines: readonly string[]): Readonly<Record<string, number>> {
    const matched: Record<string, number> = {};
    for (const { FilterPattern: pattern, MetricTransformations: transformations } of this.#of<FilterProperties>(
      'AWS::Logs::MetricFilter',
    )) {
      const matches = compileFilterPattern(pattern);
      const [{ MetricNamespace: namespace, MetricName: name, Dimensions: dimensions = [] } = none()] = transformations;
      for (const line of lines.filter((each) => matches(each))) {
        const read = JSON.parse(line) as LogLine;
        const values = dimensions.map(({ Key: key, Value: path }) => ({ name: key, value: at(read, path) }));
        const point = { timeMs: Date.parse(read.time), unit: 'Count', content: { value: 1, weight: 1 } } as const;
        this.#metrics.put({ namespace, name, dimensions: values }, point);
        matched[name] = (matched[name] ?? 0) + 1;
      }
    }
    return matched;
  }

  /** The alarms that went off within the minutes to come, by the end of their names. */
  firedWithin(minutes: number): readonly string[] {
    const createdAt = new Date(Date.now() - 30 * MINUTE);
    const definitions = this.#of<AlarmProperties>('AWS::CloudWatch::Alarm').map((alarm) =>
      definition(alarm, createdAt),
    );
    const alarms = new AlarmStore('999999999999', definitions, this.#metrics);
    return alarms
      .at(new Date(Date.now() + minutes * MINUTE))
      .filter(({ transitions }) => transitions.some(({ to }) => to === 'ALARM'))
      .map(({ definition: { name } }) => name.replace(/^cloudwatch-mcp-[a-z]+-/, ''));
  }

  #of<T>(type: string): readonly T[] {
    return this.#resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties as T);
  }
}

function definition(alarm: AlarmProperties, createdAt: Date): MetricAlarmDefinition {
  const stat = alarm.Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat;
  return {
    kind: 'metric',
    name: alarm.AlarmName,
    description: alarm.AlarmDescription,
    createdAt,
    queries: alarm.Metrics ?? [
      {
        Id: 'm',
        MetricStat: {
          Metric: { Namespace: alarm.Namespace, MetricName: alarm.MetricName },
          Stat: alarm.Statistic,
          Period: alarm.Period,
        },
      },
    ],
    periodSeconds: alarm.Period ?? stat?.Period ?? 0,
    comparison: alarm.ComparisonOperator,
    threshold: alarm.Threshold,
    evaluationPeriods: alarm.EvaluationPeriods,
    datapointsToAlarm: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
    treatMissingData: alarm.TreatMissingData,
  };
}

function none(): never {
  throw new Error('a metric filter without a metric');
}

/** A value of a line by a path such as `$.auth.reason`. */
function at(line: LogLine, path: string): string {
  const found = path
    .replace(/^\$\./, '')
    .split('.')
    .reduce<unknown>((value, member) => (value as Record<string, unknown>)[member], line);
  return String(found);
}
