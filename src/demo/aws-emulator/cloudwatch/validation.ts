import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { AwsFault } from '../operation.js';
import { isInsightsQuery } from './metrics-insights.js';
import { isValidPeriod } from './retention.js';
import { parseStatistic } from './statistic.js';

const MAX_QUERIES = 500;
const ID = /^[a-z][a-zA-Z0-9_]*$/;

/** Checks what GetMetricData checks before it reads a metric; parameters are named as AWS names them. */
export function checkQueries(queries: readonly MetricDataQuery[] | undefined): asserts queries is MetricDataQuery[] {
  if (!queries || queries.length === 0) throw missing('MetricDataQueries');
  if (queries.length > MAX_QUERIES) {
    throw invalid(`The collection MetricDataQueries must not have a size greater than ${MAX_QUERIES}.`);
  }
  queries.forEach((query, index) => checkQuery(query, `MetricDataQueries.member.${index + 1}`));
  if (new Set(queries.map(({ Id }) => Id)).size !== queries.length) {
    throw invalid('The values for parameter Id in MetricDataQueries are not unique.');
  }
  if (queries.every(({ ReturnData }) => ReturnData === false)) {
    throw invalid('At least one metric data query must have ReturnData set to true.');
  }
}

/** @throws AwsFault unless both are given and the start lies before the end */
export function checkTimeRange(start: Date | undefined, end: Date | undefined): [startMs: number, endMs: number] {
  if (!start) throw missing('StartTime');
  if (!end) throw missing('EndTime');
  if (start >= end) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  return [start.getTime(), end.getTime()];
}

/** The page size a caller asked for. @throws AwsFault outside 1 to `most` */
export function checkLimit(value: number | undefined, parameter: string, most: number, unset: number = most): number {
  if (value === undefined) return unset;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(`The value ${value} for parameter ${parameter} must be from 1 to ${most}.`);
}

/** A required parameter that is missing. */
export function missing(parameter: string): AwsFault {
  return new AwsFault('MissingRequiredParameterException', `The parameter ${parameter} is required.`);
}

/** A request that CloudWatch's own validation refuses. */
export function invalid(message: string): AwsFault {
  return new AwsFault('ValidationError', message);
}

function checkQuery(query: MetricDataQuery, name: string): void {
  const { Id: id, MetricStat: stat, Expression: expression } = query;
  if (id === undefined) throw missing(`${name}.Id`);
  if (!ID.test(id)) {
    throw invalid(`The value ${id} for parameter ${name}.Id is not matching the expected pattern ${ID.source}.`);
  }
  if ((stat === undefined) === (expression === undefined)) {
    throw invalid(`Exactly one of the parameters ${name}.MetricStat and ${name}.Expression must be specified.`);
  }
  if (expression !== undefined) return checkExpression(expression, query.Period, name);
  if (!stat?.Metric?.Namespace) throw missing(`${name}.MetricStat.Metric.Namespace`);
  if (!stat.Metric.MetricName) throw missing(`${name}.MetricStat.Metric.MetricName`);
  if (stat.Stat === undefined) throw missing(`${name}.MetricStat.Stat`);
  if (stat.Period === undefined) throw missing(`${name}.MetricStat.Period`);
  parseStatistic(stat.Stat, `${name}.MetricStat.Stat`);
  checkPeriod(stat.Period, `${name}.MetricStat.Period`);
}

function checkExpression(expression: string, period: number | undefined, name: string): void {
  if (expression.length > 2048) throw invalid(`The parameter ${name}.Expression is longer than 2048 characters.`);
  if (period !== undefined) checkPeriod(period, `${name}.Period`);
  else if (isInsightsQuery(expression)) throw missing(`${name}.Period`);
}

function checkPeriod(period: number, parameter: string): void {
  if (isValidPeriod(period)) return;
  throw new AwsFault(
    'InvalidParameterValueException',
    `The value ${period} for parameter ${parameter} must be 1, 5, 10, 20, 30 or a multiple of 60.`,
  );
}
