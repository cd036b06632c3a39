import { InvalidInput } from '../errors.js';
import { type InsightsFunction } from './metric-statistic.js';

export interface MetricsInsightsInput {
  readonly namespace: string;
  readonly metricName: string;
  readonly statistic: InsightsFunction;
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
  readonly schemaKeys: readonly string[];
  readonly groupBy?: string;
  readonly orderBy?: InsightsFunction;
  readonly sortOrder?: 'ASC' | 'DESC';
  readonly limit?: number;
}

/**
 * A Metrics Insights query (CloudWatch User Guide, Metrics Insights query components and syntax).
 * SECURITY: every name and value from outside is quoted exactly once, so none can end its quotes.
 * @throws InvalidInput for combinations the language does not have
 */
export function metricsInsightsQuery(input: MetricsInsightsInput): string {
  const { groupBy, orderBy, sortOrder } = input;
  if (groupBy !== undefined && !input.schemaKeys.includes(groupBy)) {
    throw new InvalidInput('group_by_dimension', 'must be one of schema_dimension_keys');
  }
  if (sortOrder !== undefined && orderBy === undefined) {
    throw new InvalidInput('sort_order', 'needs order_by_statistic as well');
  }
  const schema = [input.namespace, ...input.schemaKeys].map(identifier).join(', ');
  const conditions = input.dimensions.map(({ name, value }) => `${identifier(name)}=${literal(value)}`);
  return [
    `SELECT ${input.statistic}(${identifier(input.metricName)}) FROM SCHEMA(${schema})`,
    ...(conditions.length > 0 ? [`WHERE ${conditions.join(' AND ')}`] : []),
    ...(groupBy === undefined ? [] : [`GROUP BY ${identifier(groupBy)}`]),
    ...(orderBy === undefined ? [] : [`ORDER BY ${orderBy}()${sortOrder === undefined ? '' : ` ${sortOrder}`}`]),
    ...(input.limit === undefined ? [] : [`LIMIT ${input.limit}`]),
  ].join(' ');
}

function identifier(name: string): string {
  return `"${escapeQuotes(name)}"`;
}

function literal(value: string): string {
  return `'${escapeQuotes(value)}'`;
}

function escapeQuotes(text: string): string {
  return text.replace(/[\\"']/g, '\\$&');
}
