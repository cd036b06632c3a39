import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { InvalidInput } from '../errors.js';
import type { MetricDataInput } from './metric-data-input.js';
import { apiStatistic, insightsFunction } from './metric-statistic.js';
import { metricsInsightsQuery } from './metrics-insights-query.js';

type QueryInput = NonNullable<MetricDataInput['queries']>[number];
type DimensionInput = NonNullable<MetricDataInput['dimensions']>[number];

/**
 * The queries a call asks for; `defaultPeriod` (seconds) where it names none.
 * @throws InvalidInput naming the field when arguments contradict each other or one is missing
 */
export function toMetricDataQueries(input: MetricDataInput, defaultPeriod: number): readonly MetricDataQuery[] {
  if (input.queries != null) return input.queries.map((query, index, all) => toQuery(query, index, all, defaultPeriod));
  const { namespace, metric_name: metricName } = input;
  if (namespace == null) throw new InvalidInput('namespace', 'is needed unless queries is given');
  if (metricName == null) throw new InvalidInput('metric_name', 'is needed unless queries is given');
  const statistic = input.statistic ?? 'AVG';
  if (!usesMetricsInsights(input)) {
    const Metric = { Namespace: namespace, MetricName: metricName, Dimensions: toDimensions(input.dimensions) };
    const MetricStat = { Metric, Stat: apiStatistic(statistic), Period: defaultPeriod };
    return [{ Id: 'm1', MetricStat, ...accountOf(input) }];
  }
  if (input.account_id != null) {
    throw new InvalidInput(
      'account_id',
      'goes with one metric; in Metrics Insights use WHERE AWS.AccountId in queries',
    );
  }
  const expression = metricsInsightsQuery({
    namespace,
    metricName,
    statistic: insightsFunction(statistic),
    dimensions: input.dimensions ?? [],
    schemaKeys: input.schema_dimension_keys ?? [],
    groupBy: input.group_by_dimension ?? undefined,
    orderBy: input.order_by_statistic ?? undefined,
    sortOrder: input.sort_order ?? undefined,
    limit: input.limit ?? undefined,
  });
  return [{ Id: 'm1', Expression: expression, Period: defaultPeriod }];
}

/** The periods, in seconds, at which the queries ask for points. */
export function periodsOf(queries: readonly MetricDataQuery[]): readonly number[] {
  return queries.flatMap(({ MetricStat, Period }) => Period ?? MetricStat?.Period ?? []);
}

/**
 * Refuses periods for which CloudWatch has kept nothing so far back.
 * @throws InvalidInput naming the query
 */
export function checkPeriods(queries: readonly MetricDataQuery[], granularity: number): void {
  const index = queries.findIndex((query) => periodsOf([query]).some((period) => period % granularity !== 0));
  if (index < 0) return;
  throw new InvalidInput(
    `queries.${index}.period`,
    `must be a multiple of ${granularity} seconds for so early a start_time`,
  );
}

function usesMetricsInsights(input: MetricDataInput): boolean {
  return (
    input.group_by_dimension != null ||
    (input.schema_dimension_keys ?? []).length > 0 ||
    input.limit != null ||
    input.sort_order != null ||
    input.order_by_statistic != null
  );
}

function toQuery(query: QueryInput, index: number, all: readonly QueryInput[], defaultPeriod: number): MetricDataQuery {
  const field = `queries.${index}`;
  if (all.findIndex(({ id }) => id === query.id) !== index) {
    throw new InvalidInput(`${field}.id`, 'is used twice; give each query an id of its own');
  }
  const { metric_stat: stat, expression } = query;
  if (stat != null && expression != null)
    throw new InvalidInput(field, 'give either metric_stat or expression, not both');
  const common = { Id: query.id, Label: query.label ?? undefined, ReturnData: query.return_data ?? true };
  const period = query.period ?? stat?.period ?? defaultPeriod;
  if (expression != null && query.account_id != null)
    throw new InvalidInput(`${field}.account_id`, 'goes with metric_stat; leave it out beside expression');
  if (expression != null) return { ...common, Expression: expression, Period: period };
  if (stat == null) throw new InvalidInput(field, 'give either metric_stat or expression');
  const Metric = { Namespace: stat.namespace, MetricName: stat.metric_name, Dimensions: toDimensions(stat.dimensions) };
  const MetricStat = { Metric, Stat: apiStatistic(stat.statistic), Period: period };
  return { ...common, MetricStat, ...accountOf(query) };
}

function accountOf({
  account_id: account,
}: {
  readonly account_id?: string | null;
}): Pick<MetricDataQuery, 'AccountId'> {
  return account == null ? {} : { AccountId: account };
}

function toDimensions(dimensions: readonly DimensionInput[] | null | undefined): { Name: string; Value: string }[] {
  return (dimensions ?? []).map(({ name, value }) => ({ Name: name, Value: value }));
}
