import { SyntaxProblem, type Token, tokenize, TokenReader } from './tokens.js';

const FUNCTIONS = { AVG: 'Average', COUNT: 'SampleCount', MAX: 'Maximum', MIN: 'Minimum', SUM: 'Sum' } as const;

export type InsightsFunction = keyof typeof FUNCTIONS;

export interface InsightsCondition {
  readonly dimension: string;
  readonly equals: boolean;
  readonly value: string;
}

/** A parsed Metrics Insights query. */
export interface InsightsQuery {
  readonly aggregate: InsightsFunction;
  readonly metricName: string;
  readonly namespace: string;
  /** Exactly these dimensions; absent when the query names the namespace without a schema. */
  readonly schema?: readonly string[];
  readonly conditions: readonly InsightsCondition[];
  readonly groupBy: readonly string[];
  readonly orderBy?: { readonly aggregate: InsightsFunction; readonly descending: boolean };
  readonly limit: number;
}

const NAME: readonly Token['kind'][] = ['word', 'double-quoted'];

/** A query answers with at most this many series. */
const MAX_SERIES = 500;

/** Whether an expression is a Metrics Insights query and not metric math. */
export function isInsightsQuery(expression: string): boolean {
  return /^\s*select\s/i.test(expression);
}

/** The name of the statistic that the query's function computes. */
export function statisticOf(aggregate: InsightsFunction): string {
  return FUNCTIONS[aggregate];
}

/**
 * Parses `SELECT AVG("m") FROM SCHEMA("ns", "dim") WHERE .. AND .. GROUP BY .. ORDER BY AVG() DESC LIMIT n`.
 * @throws SyntaxProblem
 */
export function parseInsightsQuery(text: string): InsightsQuery {
  const reader = new TokenReader(tokenize(text));
  reader.expect('SELECT');
  const aggregate = parseFunction(reader);
  reader.expect('(');
  const metricName = reader.expectText(NAME, 'a metric name');
  reader.expect(')');
  reader.expect('FROM');
  const source = parseSource(reader);
  const conditions = reader.take('WHERE') ? parseConditions(reader) : [];
  const groupBy = reader.take('GROUP') ? parseGroupBy(reader) : [];
  const orderBy = reader.take('ORDER') ? parseOrderBy(reader) : undefined;
  const limit = reader.take('LIMIT') ? parseLimit(reader) : MAX_SERIES;
  reader.expectEnd();
  checkDimensions(source.schema, [...conditions.map(({ dimension }) => dimension), ...groupBy]);
  return { aggregate, metricName, ...source, conditions, groupBy, orderBy, limit };
}

function parseFunction(reader: TokenReader): InsightsFunction {
  const name = reader.takeOneOf(Object.keys(FUNCTIONS) as InsightsFunction[]);
  if (!name) throw reader.problem('AVG, COUNT, MAX, MIN or SUM');
  return name;
}

function parseSource(reader: TokenReader): Pick<InsightsQuery, 'namespace' | 'schema'> {
  if (!reader.take('SCHEMA')) return { namespace: reader.expectText(['double-quoted'], 'a namespace') };
  reader.expect('(');
  const namespace = reader.expectText(NAME, 'a namespace');
  const schema: string[] = [];
  while (reader.take(',')) schema.push(reader.expectText(NAME, 'a dimension name'));
  reader.expect(')');
  return { namespace, schema };
}

function parseConditions(reader: TokenReader): InsightsCondition[] {
  const conditions: InsightsCondition[] = [];
  do {
    const dimension = reader.expectText(NAME, 'a dimension name');
    const operator = reader.takeOneOf(['=', '!=']);
    if (!operator) throw reader.problem('= or !=');
    conditions.push({ dimension, equals: operator === '=', value: reader.expectText(['single-quoted'], 'a value') });
  } while (reader.take('AND'));
  return conditions;
}

function parseGroupBy(reader: TokenReader): string[] {
  reader.expect('BY');
  const names = [reader.expectText(NAME, 'a dimension name')];
  while (reader.take(',')) names.push(reader.expectText(NAME, 'a dimension name'));
  return names;
}

function parseOrderBy(reader: TokenReader): NonNullable<InsightsQuery['orderBy']> {
  reader.expect('BY');
  const aggregate = parseFunction(reader);
  reader.expect('(');
  reader.expect(')');
  const direction = reader.takeOneOf(['ASC', 'DESC']);
  return { aggregate, descending: direction === 'DESC' };
}

function parseLimit(reader: TokenReader): number {
  const token = reader.next();
  if (token?.kind === 'number' && Number.isInteger(token.value) && token.value >= 1 && token.value <= MAX_SERIES) {
    return token.value;
  }
  throw new SyntaxProblem(`LIMIT must be a whole number from 1 to ${MAX_SERIES}`);
}

function checkDimensions(schema: readonly string[] | undefined, used: readonly string[]): void {
  const unknown = schema && used.find((name) => !schema.includes(name));
  if (unknown !== undefined) throw new SyntaxProblem(`The label ${unknown} is not part of the SCHEMA`);
}
