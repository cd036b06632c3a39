/** The syntax tree of a Logs Insights query. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'duration'; readonly ms: number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'aggregate'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'match';
      readonly operand: Expression;
      readonly pattern: RegExp | string;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'in';
      readonly operand: Expression;
      readonly options: readonly Expression[];
      readonly negated: boolean;
    };

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';
export type BinaryOperator = 'and' | 'or' | ComparisonOperator | ArithmeticOperator;

/** An expression under the name its result has in the answer: the alias, else the query's own text. */
export interface Column {
  readonly name: string;
  readonly expression: Expression;
}

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
}

export type Command =
  | { readonly kind: 'fields'; readonly columns: readonly Column[] }
  | { readonly kind: 'display'; readonly columns: readonly Column[] }
  | { readonly kind: 'filter'; readonly condition: Expression }
  | {
      readonly kind: 'parse';
      readonly operand: Expression;
      readonly pattern: RegExp;
      readonly names: readonly string[];
    }
  | { readonly kind: 'stats'; readonly aggregates: readonly Column[]; readonly groups: readonly Column[] }
  | { readonly kind: 'sort'; readonly keys: readonly SortKey[] }
  | { readonly kind: 'limit'; readonly count: number }
  | { readonly kind: 'dedup'; readonly keys: readonly Expression[] }
  | { readonly kind: 'pattern'; readonly operand: Expression };

export interface Query {
  /** Log groups that the query names itself with `SOURCE`. */
  readonly source?: { readonly namePrefixes: readonly string[] };
  readonly commands: readonly Command[];
  /** Text of the `#` comments. */
  readonly comments: readonly string[];
}

/** Literals, fields and aggregates of an expression; not what is inside an aggregate. */
export function leaves(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'not':
    case 'negate':
    case 'match':
      return leaves(expression.operand);
    case 'binary':
      return [...leaves(expression.left), ...leaves(expression.right)];
    case 'call':
      return expression.args.flatMap(leaves);
    case 'in':
      return [expression.operand, ...expression.options].flatMap(leaves);
    default:
      return [expression];
  }
}
