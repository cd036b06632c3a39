import { readFileSync } from 'node:fs';
import { parse, type YAMLSeq } from 'yaml';

/** A resource after its template's conditions and functions, for given parameters. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

interface Template {
  readonly Parameters: Readonly<Record<string, { readonly Default?: string; readonly AllowedPattern?: string }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource & { readonly Condition?: string }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

const FUNCTIONS = ['Sub', 'If', 'Equals', 'Not', 'GetAtt'];

/** The short forms of CloudFormation's functions, as their long ones. */
const TAGS = [
  { tag: '!Ref', resolve: (name: string) => ({ Ref: name }) },
  ...FUNCTIONS.map((name) => ({ tag: `!${name}`, resolve: (value: string) => ({ [`Fn::${name}`]: value }) })),
  ...FUNCTIONS.map((name) => ({
    tag: `!${name}`,
    collection: 'seq' as const,
    resolve: (sequence: YAMLSeq) => ({ [`Fn::${name}`]: sequence.toJSON() }),
  })),
];

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '999999999999',
  'AWS::Region': 'us-east-1',
  'AWS::Partition': 'aws',
};

/** Reads a template below config/cloudformation. */
export function readTemplate(name: string): Template {
  const text = readFileSync(new URL(`../../config/cloudformation/${name}`, import.meta.url), 'utf8');
  return parse(text, { customTags: TAGS as never }) as Template;
}

/**
 * The resources a stack would have, by their logical ids.
 * @throws Error for what CloudFormation would refuse: a name nobody knows, a parameter that does not match its pattern
 */
export function resourcesOf(
  template: Template,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, Resource>> {
  const evaluate = evaluation(template, given);
  const entries = Object.entries(template.Resources)
    .filter(([, { Condition: condition }]) => condition === undefined || evaluate.condition(condition))
    .map(([id, { Type, Properties }]) => [id, { Type, Properties: evaluate.value(Properties) }] as const);
  evaluate.value(template.Outputs);
  return Object.fromEntries(entries) as Record<string, Resource>;
}

function evaluation(template: Template, given: Readonly<Record<string, string>>) {
  const parameters: Record<string, string> = { ...PSEUDO };
  for (const [name, { Default: byDefault, AllowedPattern: pattern = '' }] of Object.entries(template.Parameters)) {
    const value = given[name] ?? byDefault;
    if (value === undefined) throw new Error(`parameter ${name} has no value`);
    if (!new RegExp(`^(?:${pattern})$`).test(value) && pattern !== '')
      throw new Error(`${name}: ${value} does not match`);
    parameters[name] = value;
  }

  const lookUp = (name: string): string => {
    const [id = ''] = name.split('.');
    const found = parameters[name] ?? (id in template.Resources ? `<${name}>` : undefined);
    if (found === undefined) throw new Error(`nobody knows ${name}`);
    return found;
  };

  const substitute = (text: string, own: Readonly<Record<string, unknown>>): string =>
    text.replaceAll(/\$\{([^}]+)\}/g, (_all, name: string) => (name in own ? String(value(own[name])) : lookUp(name)));

  const call = (name: string, argument: unknown): unknown => {
    const list = (Array.isArray(argument) ? argument : [argument]) as unknown[];
    if (name === 'Ref') return lookUp(String(argument));
    if (name === 'Fn::Sub') return substitute(String(list[0]), (list[1] ?? {}) as Record<string, unknown>);
    if (name === 'Fn::If') return value(condition(String(list[0])) ? list[1] : list[2]);
    if (name === 'Fn::Equals') return value(list[0]) === value(list[1]);
    if (name === 'Fn::Not') return value(list[0]) !== true;
    throw new Error(`nobody knows ${name}`);
  };

  const value = (raw: unknown): unknown => {
    if (Array.isArray(raw)) return raw.map(value);
    if (typeof raw !== 'object' || raw === null) return raw;
    const [only, ...others] = Object.entries(raw);
    const [name, argument] = only ?? ['', undefined];
    if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) return call(name, argument);
    return Object.fromEntries(Object.entries(raw).map(([key, each]) => [key, value(each)]));
  };

  const condition = (name: string): boolean => {
    const found = template.Conditions?.[name];
    if (found === undefined) throw new Error(`nobody knows the condition ${name}`);
    return value(found) === true;
  };

  return { value, condition };
}
