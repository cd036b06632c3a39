/** One metric in a PromQL query, with the labels that the query selects by or groups by. */
export interface QueriedMetric {
  readonly metric: string;
  readonly labels: readonly string[];
  /** Values a label is compared with, taken apart where they are alternatives. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** The metrics of a query; what groups it is asked of all of them. */
export function metricsIn(query: string): readonly QueriedMetric[] {
  const grouping = [...query.matchAll(/\b(?:by|without)\s*\(([^)]*)\)/g)].flatMap(([, names = '']) => namesIn(names));
  return [...query.matchAll(/\b(mcp_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, metric = '', selector = '']) => {
    const matchers = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)];
    const values = Object.fromEntries(matchers.map(([, label = '', value = '']) => [label, value.split('|')]));
    return { metric, labels: [...grouping, ...Object.keys(values)], values };
  });
}

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
