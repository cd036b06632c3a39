import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import { AwsFault } from '../operation.js';
import type { DataPoint, MetricStore } from './metric-store.js';
import { missing } from './validation.js';

const MAX_DATA = 1_000;
const MAX_VALUES = 150;
const MAX_DIMENSIONS = 30;
const OLDEST_MS = 14 * 24 * 3_600_000;
const NEWEST_MS = 2 * 3_600_000;

/** PutMetricData: nothing is stored unless every datum is valid. */
export function putMetricData(store: MetricStore, input: PutMetricDataInput, now: Date): object {
  const namespace = input.Namespace;
  if (!namespace) throw missing('Namespace');
  if (namespace.startsWith('AWS/')) throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`);
  const entities = input.EntityMetricData?.flatMap(({ MetricData }) => MetricData ?? []) ?? [];
  const data = [...(input.MetricData ?? []), ...entities];
  if (data.length === 0) throw missing('MetricData');
  if (data.length > MAX_DATA) {
    throw invalidValue(`The collection MetricData must not have a size greater than ${MAX_DATA}.`);
  }
  const accepted = data.map((datum, index) => {
    const name = `MetricData.member.${index + 1}`;
    return { id: idOf(namespace, datum, name), points: pointsOf(datum, name, now) };
  });
  for (const { id, points } of accepted) for (const point of points) store.put(id, point);
  return {};
}

function idOf(namespace: string, datum: MetricDatum, name: string) {
  if (!datum.MetricName) throw missing(`${name}.MetricName`);
  const dimensions = (datum.Dimensions ?? []).map((dimension, index) => {
    if (!dimension.Name) throw missing(`${name}.Dimensions.member.${index + 1}.Name`);
    if (!dimension.Value) throw missing(`${name}.Dimensions.member.${index + 1}.Value`);
    return { name: dimension.Name, value: dimension.Value };
  });
  if (dimensions.length > MAX_DIMENSIONS) {
    throw invalidValue(`The collection ${name}.Dimensions must not have a size greater than ${MAX_DIMENSIONS}.`);
  }
  return { namespace, name: datum.MetricName, dimensions };
}

function pointsOf(datum: MetricDatum, name: string, now: Date): DataPoint[] {
  const timeMs = (datum.Timestamp ?? now).getTime();
  if (timeMs < now.getTime() - OLDEST_MS || timeMs > now.getTime() + NEWEST_MS) {
    throw invalidValue(`The parameter ${name}.Timestamp must specify a time within the last 14 days or next 2 hours.`);
  }
  const unit = datum.Unit ?? 'None';
  return contentsOf(datum, name).map((content) => ({ timeMs, unit, content }));
}

function contentsOf(datum: MetricDatum, name: string): DataPoint['content'][] {
  const { Value: value, Values: values, StatisticValues: set } = datum;
  if ([value, values, set].filter((part) => part !== undefined).length !== 1) {
    throw new AwsFault(
      'InvalidParameterCombinationException',
      `Exactly one of the parameters ${name}.Value, ${name}.Values and ${name}.StatisticValues must be specified.`,
    );
  }
  if (value !== undefined) return [{ value: finite(value, `${name}.Value`), weight: 1 }];
  if (values) return valuesOf(values, datum.Counts, name);
  const part = (key: 'SampleCount' | 'Sum' | 'Minimum' | 'Maximum'): number =>
    finite(set?.[key], `${name}.StatisticValues.${key}`);
  return [{ sampleCount: part('SampleCount'), sum: part('Sum'), minimum: part('Minimum'), maximum: part('Maximum') }];
}

function valuesOf(values: readonly number[], counts: readonly number[] | undefined, name: string) {
  if (values.length > MAX_VALUES) {
    throw invalidValue(`The collection ${name}.Values must not have a size greater than ${MAX_VALUES}.`);
  }
  if (counts && counts.length !== values.length) {
    throw invalidValue(`The parameters ${name}.Values and ${name}.Counts must be of the same size.`);
  }
  return values.map((value, index) => ({ value: finite(value, `${name}.Values`), weight: counts?.[index] ?? 1 }));
}

function finite(value: number | undefined, parameter: string): number {
  if (value === undefined) throw missing(parameter);
  if (Number.isFinite(value)) return value;
  throw invalidValue(`The value ${value} for parameter ${parameter} is invalid.`);
}

function invalidValue(message: string): AwsFault {
  return new AwsFault('InvalidParameterValueException', message);
}
