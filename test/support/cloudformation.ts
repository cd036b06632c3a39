import { readFileSync } from 'node:fs';
import { parseDocument, type YAMLSeq } from 'yaml';

/** A resource after its template's conditions and functions, for given parameters. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A parameter as a template declares it. */
export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly ConstraintDescription?: string;
  readonly Description?: string;
  readonly NoEcho?: boolean;
}

interface Rule {
  readonly RuleCondition?: unknown;
  readonly Assertions: readonly { readonly Assert: unknown; readonly AssertDescription: string }[];
}

/** A template, its functions in their long form. */
export interface Template {
  readonly Parameters: Readonly<Record<string, TemplateParameter>>;
  readonly Rules?: Readonly<Record<string, Rule>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<
    Record<string, Resource & { readonly Condition?: string; readonly DependsOn?: string | readonly string[] }>
  >;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
}

/** Values of parameters, as on a command line. */
export type Given = Readonly<Record<string, string>>;

const FUNCTIONS = ['Sub', 'If', 'Equals', 'Not', 'And', 'Or', 'GetAtt', 'Join', 'Split', 'Select', 'GetAZs'];

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

/** What CloudFormation knows of every stack. */
export const PSEUDO: Readonly<Record<string, unknown>> = {
  'AWS::AccountId': '999999999999',
  'AWS::Region': 'us-east-1',
  'AWS::Partition': 'aws',
  'AWS::StackId':
    'arn:aws:cloudformation:us-east-1:999999999999:stack/cloudwatch-mcp/51af3dc0-da77-11e4-872e-1234567db123',
  'AWS::NoValue': undefined,
};

/** The text of a template below config/cloudformation. */
export function templateText(name: string): string {
  return readFileSync(new URL(`../../config/cloudformation/${name}`, import.meta.url), 'utf8');
}

/** Reads a template below config/cloudformation. */
export function readTemplate(name: string): Template {
  return parseTemplate(templateText(name));
}

/**
 * Reads the text of a template.
 * @throws Error for what is no YAML, and for a function nobody knows
 */
export function parseTemplate(text: string): Template {
  const document = parseDocument(text, { customTags: TAGS as never, logLevel: 'silent' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  return document.toJS() as Template;
}

/**
 * The resources a stack would have, by their logical ids.
 * @throws Error for what CloudFormation would refuse: a name nobody knows, a parameter outside its constraints, a rule
 */
export function resourcesOf(template: Template, given: Given = {}): Readonly<Record<string, Resource>> {
  const evaluate = evaluation(template, given);
  const entries = Object.entries(template.Resources)
    .filter(([, { Condition: condition }]) => condition === undefined || evaluate.condition(condition))
    .map(([id, { Type, Properties }]) => [id, { Type, Properties: evaluate.value(Properties) }] as const);
  outputsOf(template, given);
  return Object.fromEntries(entries) as Record<string, Resource>;
}

/** What a stack would tell of itself. */
export function outputsOf(template: Template, given: Given = {}): Readonly<Record<string, unknown>> {
  const evaluate = evaluation(template, given);
  return Object.fromEntries(
    Object.entries(template.Outputs ?? {})
      .filter(([, { Condition: condition }]) => condition === undefined || evaluate.condition(condition))
      .map(([name, { Value: value }]) => [name, evaluate.value(value)]),
  );
}

function evaluation(template: Template, given: Given) {
  const parameters: Readonly<Record<string, unknown>> = { ...PSEUDO, ...parametersOf(template, given) };

  const lookUp = (name: string): unknown => {
    const [id = ''] = name.split('.');
    if (name in parameters) return parameters[name];
    const resource = template.Resources[id];
    if (resource === undefined) throw new Error(`nobody knows ${name}`);
    if (resource.Condition !== undefined && !condition(resource.Condition)) throw new Error(`there is no ${id}`);
    return `<${name}>`;
  };

  const substitute = (text: string, own: Readonly<Record<string, unknown>>): string =>
    text.replaceAll(/\$\{([^}]+)\}/g, (_all, name: string) => String(name in own ? value(own[name]) : lookUp(name)));

  const call = (name: string, argument: unknown): unknown => {
    const list = (Array.isArray(argument) ? argument : [argument]) as unknown[];
    const [first, second] = list.map((each) => (name === 'Fn::If' || name === 'Fn::Sub' ? each : value(each)));
    switch (name) {
      case 'Ref':
      case 'Fn::GetAtt':
        return lookUp(String(argument));
      case 'Fn::Sub':
        return substitute(String(first), (second ?? {}) as Record<string, unknown>);
      case 'Fn::If':
        return value(condition(String(first)) ? second : list[2]);
      case 'Fn::Equals':
        return String(first) === String(second);
      case 'Fn::Not':
        return first !== true;
      case 'Fn::And':
        return list.every((each) => value(each) === true);
      case 'Fn::Or':
        return list.some((each) => value(each) === true);
      case 'Fn::Join':
        return (second as string[]).join(String(first));
      case 'Fn::Split':
        return String(second).split(String(first));
      case 'Fn::Select':
        return (second as unknown[])[Number(first)];
      case 'Fn::GetAZs':
        return ['us-east-1a', 'us-east-1b'];
      default:
        throw new Error(`nobody knows ${name}`);
    }
  };

  const value = (raw: unknown): unknown => {
    if (Array.isArray(raw)) return raw.map(value).filter((each) => each !== undefined);
    if (typeof raw !== 'object' || raw === null) return raw;
    const [only, ...others] = Object.entries(raw);
    const [name, argument] = only ?? ['', undefined];
    if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) return call(name, argument);
    const entries = Object.entries(raw).map(([key, each]) => [key, value(each)] as const);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  };

  const condition = (name: string): boolean => {
    const found = template.Conditions?.[name];
    if (found === undefined) throw new Error(`nobody knows the condition ${name}`);
    return value(found) === true;
  };

  for (const { RuleCondition: applies, Assertions: assertions } of Object.values(template.Rules ?? {})) {
    if (applies !== undefined && value(applies) !== true) continue;
    const broken = assertions.find(({ Assert: assertion }) => value(assertion) !== true);
    if (broken !== undefined) throw new Error(broken.AssertDescription);
  }
  return { value, condition };
}

function parametersOf(template: Template, given: Given): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(given).find((name) => !(name in template.Parameters));
  if (unknown !== undefined) throw new Error(`there is no parameter ${unknown}`);
  return Object.fromEntries(
    Object.entries(template.Parameters).map(([name, parameter]) => [
      name,
      parameterValue(name, parameter, given[name]),
    ]),
  );
}

function parameterValue(name: string, parameter: TemplateParameter, given: string | undefined): unknown {
  const text = given ?? parameter.Default?.toString();
  if (text === undefined) throw new Error(`parameter ${name} has no value`);
  const { AllowedPattern: pattern, AllowedValues: values, MinValue: least, MaxValue: most } = parameter;
  const accepted =
    (pattern === undefined || new RegExp(`^(?:${pattern})$`).test(text)) &&
    (values === undefined || values.map(String).includes(text)) &&
    (parameter.Type !== 'Number' || /^\d+$/.test(text)) &&
    (least === undefined || Number(text) >= least) &&
    (most === undefined || Number(text) <= most);
  if (!accepted) throw new Error(`${name} does not match: ${parameter.ConstraintDescription}`);
  if (parameter.Type === 'Number') return Number(text);
  return /^(List<|CommaDelimitedList$)/.test(parameter.Type) ? text.split(',') : text;
}
