import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { AwsFault } from '../operation.js';
import { callFunction, type MathWindow } from './math-functions.js';
import { type MathNode, parseMath } from './math-parser.js';
import { applyOperator, isSeries, isSeriesList, type MathValue, type TimeSeries } from './math-values.js';
import { isInsightsQuery, parseInsightsQuery } from './metrics-insights.js';
import { type QueryWindow, readInsights, readStatistic } from './metric-reader.js';
import type { MetricStore } from './metric-store.js';
import { SyntaxProblem } from './tokens.js';

const DEFAULT_PERIOD_SECONDS = 60;

/** Evaluates the queries of one request; each is computed once, in whatever order they refer to each other. */
export class QueryEvaluator {
  private readonly queries: ReadonlyMap<string, MetricDataQuery>;
  private readonly values = new Map<string, MathValue>();
  private readonly underWay = new Set<string>();

  constructor(
    private readonly store: MetricStore,
    queries: readonly MetricDataQuery[],
    private readonly window: QueryWindow,
    private readonly readable: ReadonlyMap<string, MetricStore> = new Map(),
  ) {
    this.queries = new Map(queries.map((query) => [query.Id ?? '', query]));
  }

  /**
   * The time series of a query of the request.
   * @throws AwsFault ValidationError naming the expression that cannot be evaluated
   */
  seriesOf(id: string): readonly TimeSeries[] {
    const value = this.valueOf(id);
    if (isSeriesList(value)) return value;
    if (isSeries(value)) return [value];
    throw expressionFault(id, 'The expression must return a time series or an array of time series');
  }

  private valueOf(id: string): MathValue {
    const known = this.values.get(id);
    if (known !== undefined) return known;
    const query = this.queries.get(id);
    if (!query) throw new SyntaxProblem(`Undefined id ${id}`);
    if (this.underWay.has(id)) throw new SyntaxProblem(`Circular reference to ${id}`);
    this.underWay.add(id);
    const value = this.compute(id, query);
    this.underWay.delete(id);
    this.values.set(id, value);
    return value;
  }

  private compute(id: string, query: MetricDataQuery): MathValue {
    const expression = query.Expression;
    if (expression === undefined) return this.readMetric(query);
    try {
      if (isInsightsQuery(expression)) return this.readInsights(query, expression);
      const value = this.evaluate(parseMath(expression), this.mathWindow(query));
      return isSeries(value) ? { ...value, label: id } : value;
    } catch (problem) {
      if (problem instanceof SyntaxProblem) throw expressionFault(id, problem.message);
      throw problem;
    }
  }

  private readMetric({ MetricStat: stat, AccountId: account }: MetricDataQuery): TimeSeries {
    const dimensions = stat?.Metric?.Dimensions ?? [];
    return readStatistic(
      this.storeOf(account),
      {
        metric: {
          namespace: stat?.Metric?.Namespace ?? '',
          name: stat?.Metric?.MetricName ?? '',
          dimensions: dimensions.map(({ Name, Value }) => ({ name: Name ?? '', value: Value ?? '' })),
        },
        stat: stat?.Stat ?? '',
        periodSeconds: stat?.Period ?? DEFAULT_PERIOD_SECONDS,
        unit: stat?.Unit,
      },
      this.window,
    );
  }

  private storeOf(account: string | undefined): MetricStore {
    const store = account === undefined ? this.store : this.readable.get(account);
    if (store) return store;
    throw new AwsFault('ValidationError', `The account ${account} is not linked to this account.`);
  }

  private readInsights(query: MetricDataQuery, expression: string): TimeSeries[] {
    if (query.Period === undefined) throw new SyntaxProblem('A Metrics Insights query needs a Period');
    return readInsights(this.store, parseInsightsQuery(expression), query.Period, this.window);
  }

  private mathWindow(query: MetricDataQuery): MathWindow {
    const periods = [...this.queries.values()].flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
    const seconds = query.Period ?? (periods.length > 0 ? Math.max(...periods) : DEFAULT_PERIOD_SECONDS);
    return { fromMs: this.window.fromMs, untilMs: this.window.untilMs, periodMs: seconds * 1000 };
  }

  private evaluate(node: MathNode, window: MathWindow): MathValue {
    switch (node.kind) {
      case 'number':
        return node.value;
      case 'text':
        return node.value;
      case 'id':
        // Ids begin with a lower-case letter; what does not is a key word such as REPEAT.
        return /^[A-Z]/.test(node.id) ? node.id : this.valueOf(node.id);
      case 'negate':
        return applyOperator('*', -1, this.evaluate(node.operand, window));
      case 'binary':
        return applyOperator(node.operator, this.evaluate(node.left, window), this.evaluate(node.right, window));
      case 'list':
        return node.items.flatMap((item) => this.listed(this.evaluate(item, window)));
      case 'call': {
        const args = node.args.map((arg) => this.evaluate(arg, window));
        return node.name === 'METRICS' ? this.metrics(args[0]) : callFunction(node.name, args, window);
      }
    }
  }

  private listed(value: MathValue): readonly TimeSeries[] {
    if (isSeriesList(value)) return value;
    if (isSeries(value)) return [value];
    throw new SyntaxProblem('An array holds time series only');
  }

  /** METRICS(): every metric of the request that is no expression; METRICS("x"): those with x in their id. */
  private metrics(part: MathValue | undefined): readonly TimeSeries[] {
    return [...this.queries.values()]
      .filter((query) => query.MetricStat && (typeof part !== 'string' || query.Id?.includes(part)))
      .flatMap((query) => this.listed(this.valueOf(query.Id ?? '')));
  }
}

function expressionFault(id: string, problem: string): AwsFault {
  return new AwsFault('ValidationError', `Error in expression '${id}': ${problem}`);
}
