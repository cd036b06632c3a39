/** The names callers may use: those of Metrics Insights and those of the metrics API. */
export const STATISTICS = [
  'AVG',
  'COUNT',
  'MAX',
  'MIN',
  'SUM',
  'Average',
  'Sum',
  'Maximum',
  'Minimum',
  'SampleCount',
] as const;

export const INSIGHTS_FUNCTIONS = ['AVG', 'COUNT', 'MAX', 'MIN', 'SUM'] as const;

export type InsightsFunction = (typeof INSIGHTS_FUNCTIONS)[number];

const API_NAMES: Readonly<Record<InsightsFunction, string>> = {
  AVG: 'Average',
  COUNT: 'SampleCount',
  MAX: 'Maximum',
  MIN: 'Minimum',
  SUM: 'Sum',
};

/** The statistic as GetMetricData names it; percentiles and other extended statistics stay as they are. */
export function apiStatistic(statistic: string): string {
  return INSIGHTS_FUNCTIONS.includes(statistic as InsightsFunction)
    ? API_NAMES[statistic as InsightsFunction]
    : statistic;
}

/** The statistic as Metrics Insights names it. */
export function insightsFunction(statistic: (typeof STATISTICS)[number]): InsightsFunction {
  return INSIGHTS_FUNCTIONS.find((name) => name === statistic || API_NAMES[name] === statistic) ?? 'AVG';
}
