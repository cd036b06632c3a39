/** One statement of an IAM policy document, in IAM's own words (the subset evaluated here). */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  /** Identity policies only; absent in a trust policy, where the role itself is the resource. */
  readonly Resource?: string | readonly string[];
  /** Trust policies only. */
  readonly Principal?: { readonly AWS?: string | readonly string[]; readonly Federated?: string | readonly string[] };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What is asked of a policy. Condition keys are compared without regard to case. */
export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  /** Names the caller is known by; only trust policies look at them. */
  readonly principals?: readonly string[];
  readonly context?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type Decision = 'allow' | 'explicit-deny' | 'no-allow';

type Matcher = (value: string) => boolean;
type Condition = (context: ReadonlyMap<string, readonly string[]>) => boolean;

interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Matcher;
  readonly resources: Matcher;
  readonly principals?: Matcher;
  readonly conditions: readonly Condition[];
}

/** A policy ready to be asked many times. */
export type Policy = readonly CompiledStatement[];

/**
 * Prepares a policy's statements.
 * @throws Error for a condition operator outside the subset: a condition is never silently ignored
 */
export function compilePolicy(statements: readonly PolicyStatement[]): Policy {
  return statements.map((statement) => ({
    effect: statement.Effect,
    actions: anyPattern(list(statement.Action), 'ignore-case'),
    resources: statement.Resource === undefined ? () => true : anyPattern(list(statement.Resource)),
    principals: principalMatcher(statement),
    conditions: Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => compileCondition(operator, key.toLowerCase(), list(values))),
    ),
  }));
}

/** IAM's order: an explicit deny wins, then any allow, else denied by default. */
export function evaluate(policy: Policy, request: AccessRequest): Decision {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(request.context ?? {})) {
    if (value !== undefined) context.set(key.toLowerCase(), list(value));
  }
  let decision: Decision = 'no-allow';
  for (const statement of policy) {
    if (!applies(statement, request, context)) continue;
    if (statement.effect === 'Deny') return 'explicit-deny';
    decision = 'allow';
  }
  return decision;
}

/** The decision of several policies of which each must allow, e.g. a role's and its session's. */
export function evaluateAll(policies: readonly Policy[], request: AccessRequest): Decision {
  const decisions = policies.map((policy) => evaluate(policy, request));
  if (decisions.includes('explicit-deny')) return 'explicit-deny';
  return decisions.length > 0 && decisions.every((decision) => decision === 'allow') ? 'allow' : 'no-allow';
}

/** The sentence AWS refuses with. */
export function denialMessage(
  principalArn: string,
  action: string,
  resource: string,
  decision: Exclude<Decision, 'allow'>,
): string {
  const because =
    decision === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}

function applies(
  statement: CompiledStatement,
  request: AccessRequest,
  context: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (!statement.actions(request.action) || !statement.resources(request.resource)) return false;
  const { principals } = statement;
  if (principals !== undefined && !(request.principals ?? []).some(principals)) return false;
  return statement.conditions.every((holds) => holds(context));
}

function principalMatcher(statement: PolicyStatement): Matcher | undefined {
  const { Principal: principal } = statement;
  if (principal === undefined) return undefined;
  const names = new Set([...list(principal.AWS ?? []), ...list(principal.Federated ?? [])]);
  return (name) => names.has(name);
}

function compileCondition(operator: string, key: string, expected: readonly string[]): Condition {
  const [quantifier, comparison] = operator.includes(':') ? operator.split(':') : ['', operator];
  if (comparison === 'Null') {
    const mustBeAbsent = expected[0] === 'true';
    return (context) => !context.has(key) === mustBeAbsent;
  }
  const matches = comparisonMatcher(comparison ?? '', expected);
  switch (quantifier) {
    case '':
    case 'ForAnyValue':
      return (context) => (context.get(key) ?? []).some(matches);
    case 'ForAllValues':
      return (context) => (context.get(key) ?? []).every(matches);
    default:
      throw new Error(`The emulator's IAM does not know the condition operator ${operator}`);
  }
}

function comparisonMatcher(comparison: string, expected: readonly string[]): Matcher {
  if (comparison === 'StringLike') return anyPattern(expected);
  if (comparison === 'StringEquals') return (value) => expected.includes(value);
  throw new Error(`The emulator's IAM does not know the condition operator ${comparison}`);
}

/** `*` is any run of characters, `?` exactly one. */
function anyPattern(patterns: readonly string[], matching: 'exact' | 'ignore-case' = 'exact'): Matcher {
  if (patterns.includes('*')) return () => true;
  const source = patterns.map((pattern) =>
    pattern
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.'),
  );
  const expression = new RegExp(`^(?:${source.join('|')})$`, matching === 'ignore-case' ? 'is' : 's');
  return (value) => expression.test(value);
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
