import { Document, isMap, isScalar, type Node, type Pair, parseDocument, Scalar, visit } from 'yaml';

/** Where a policy stands in a template: the names on the way to it, from the top. */
export type PolicyPath = readonly (string | number)[];

/** IAM's placeholders in the shipped policies, as CloudFormation spells what stands for them. */
export type Placeholders = Readonly<Record<string, string>>;

/**
 * A template with a policy document in a place that exists already; every other character stays as it is.
 * @throws Error for a place that the template does not have, or a placeholder that nothing is said of
 */
export function withPolicy(template: string, path: PolicyPath, policy: string, placeholders: Placeholders): string {
  const { key, value } = pairAt(template, path);
  const [keyStart = 0, keyEnd = 0] = key.range ?? [];
  const [, valueEnd = 0] = value.range ?? [];
  const document = new Document(JSON.parse(policy) as unknown);
  visit(document, { Scalar: (_key, scalar) => fillIn(scalar, placeholders) });
  const column = keyStart - template.lastIndexOf('\n', keyStart) - 1;
  const indented = document
    .toString({ lineWidth: 0 })
    .trimEnd()
    .replaceAll(/^/gm, ' '.repeat(column + 2));
  const after = template.slice(template.slice(0, valueEnd).trimEnd().length);
  return `${template.slice(0, keyEnd)}:\n${indented}${after}`;
}

function pairAt(template: string, path: PolicyPath): { readonly key: Scalar; readonly value: Node } {
  const parent: unknown = parseDocument(template, { logLevel: 'silent' }).getIn(path.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
  const { key, value } = (pair ?? {}) as Partial<Pair<Scalar, Node>>;
  if (key === undefined || value == null) throw new Error(`The template has no ${path.join('.')}`);
  return { key, value };
}

/** A text as a template has it: with placeholders it is a function of CloudFormation. */
function fillIn(scalar: Scalar, placeholders: Placeholders): void {
  const { value } = scalar;
  if (typeof value !== 'string') return;
  // YAML 1.1, which AWS reads, takes a plain date for a point in time.
  if (/^[\d?*]/.test(value)) scalar.type = 'QUOTE_SINGLE';
  if (!/\$\{|^arn:aws:/.test(value)) return;
  const whole = placeholders[value];
  scalar.tag = whole === undefined ? '!Sub' : '!Ref';
  scalar.value = whole ?? substitution(value, placeholders);
}

function substitution(text: string, placeholders: Placeholders): string {
  return text.replace(/^arn:aws:/, 'arn:${AWS::Partition}:').replaceAll(/\$\{[A-Z_]+\}/g, (found) => {
    const name = placeholders[found];
    if (name === undefined) throw new Error(`Say what stands for ${found}`);
    return `\${${name}}`;
  });
}
