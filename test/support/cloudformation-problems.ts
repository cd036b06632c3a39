import type { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { Template } from './cloudformation.js';
import { brokenReferences, referencesIn } from './cloudformation-references.js';

/** What AWS publishes of all resource types. */
export type Specification = Awaited<ReturnType<typeof loadAwsServiceSpec>>;

/** The parts of a resource type that are looked at. */
interface SpecifiedResource {
  readonly properties: Readonly<Record<string, { readonly type: unknown; readonly required?: boolean }>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The parts of a property's type that are looked at. */
interface ValueType {
  readonly type: string;
  readonly allowedValues?: readonly (string | number)[];
  readonly element?: ValueType;
  readonly types?: readonly ValueType[];
  readonly reference?: { readonly $ref: string };
}

/**
 * What AWS would refuse in a template: resource types, properties, attributes and values that CloudFormation's resource
 * specification does not have, required properties that are missing, names that lead nowhere, circles, parameters that
 * are not checked early.
 */
export function templateProblems(specification: Specification, template: Template): string[] {
  const checks = new Checks(specification);
  return [
    ...Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
      checks.resource(id, Type, Properties),
    ),
    ...checks.attributes(template),
    ...brokenReferences(template),
    ...uncheckedParameters(template),
  ];
}

class Checks {
  constructor(private readonly specification: Specification) {}

  resource(id: string, type: string, properties: unknown): string[] {
    const found = this.#type(type);
    return found === undefined ? [`${id}: there is no ${type}`] : this.#members(id, type, found.properties, properties);
  }

  attributes({ Resources: resources, Outputs: outputs }: Template): string[] {
    return referencesIn([Object.values(resources), outputs]).attributes.flatMap((reference) => {
      const [id = '', ...attribute] = reference.split('.');
      const type = resources[id]?.Type;
      const known = type === undefined || attribute.join('.') in (this.#type(type)?.attributes ?? {});
      return known ? [] : [`${id}: ${type} has no attribute ${attribute.join('.')}`];
    });
  }

  #type(name: string): SpecifiedResource | undefined {
    const [found] = this.specification.lookup('resource', 'cloudFormationType', 'equals', name);
    return found;
  }

  #members(path: string, type: string, properties: SpecifiedResource['properties'], value: unknown): string[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: is no ${type}`];
    const missing = Object.entries(properties).filter(([name, { required }]) => required === true && !(name in value));
    return [
      ...missing.map(([name]) => `${path}: ${type} needs ${name}`),
      ...Object.entries(value).flatMap(([name, member]) => {
        const property = properties[name];
        if (property === undefined) return [`${path}: ${type} has no ${name}`];
        return this.#value(`${path}.${name}`, property.type as ValueType, member);
      }),
    ];
  }

  #value(path: string, type: ValueType, value: unknown): string[] {
    const call = functionCall(value);
    if (call?.name === 'Fn::If') return call.branches.flatMap((branch) => this.#value(path, type, branch));
    if (call !== undefined) return [];
    switch (type.type) {
      case 'array':
        if (!Array.isArray(value)) return [`${path}: is no list`];
        return value.flatMap((each, index) => this.#value(`${path}[${index}]`, type.element as ValueType, each));
      case 'map':
        if (!isObject(value)) return [`${path}: is no map`];
        return Object.entries(value).flatMap(([key, each]) =>
          this.#value(`${path}.${key}`, type.element as ValueType, each),
        );
      case 'ref': {
        const definition = this.specification.get('typeDefinition', type.reference?.$ref ?? '');
        return this.#members(path, definition.name, definition.properties, value);
      }
      case 'union': {
        const reports = (type.types ?? []).map((each) => this.#value(path, each, value));
        return reports.find((report) => report.length === 0) ?? reports.at(-1) ?? [];
      }
      case 'tag':
        return isObject(value) && 'Key' in value && 'Value' in value ? [] : [`${path}: is no tag`];
      default:
        return isScalarOf(type, value) ? [] : [`${path}: ${JSON.stringify(value)} is no ${type.type} AWS takes here`];
    }
  }
}

interface Call {
  readonly name: string;
  /** Of a choice: the values it may have. */
  readonly branches: readonly unknown[];
}

function functionCall(value: unknown): Call | undefined {
  if (!isObject(value)) return undefined;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || (name !== 'Ref' && !name.startsWith('Fn::'))) return undefined;
  return { name, branches: name === 'Fn::If' ? (argument as unknown[]).slice(1) : [] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalarOf({ type, allowedValues }: ValueType, value: unknown): boolean {
  if (type === 'json') return isObject(value) || typeof value === 'string';
  if (allowedValues !== undefined && !allowedValues.includes(value as string | number)) return false;
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return typeof value === 'number';
  return typeof value === 'string';
}

/** A value that nothing looks at before resources are made, or whose mistake is reported without its name. */
function uncheckedParameters({ Parameters: parameters }: Template): string[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    const {
      Type: type,
      AllowedPattern: pattern,
      AllowedValues: values,
      ConstraintDescription: words,
      Description,
    } = parameter;
    const checkedByAws = values !== undefined || type === 'CommaDelimitedList' || /AWS::/.test(type);
    return [
      ...(Description === undefined ? [`${name}: nothing says what it is`] : []),
      ...(!checkedByAws && pattern === undefined && parameter.MinValue === undefined
        ? [`${name}: anything is accepted`]
        : []),
      ...(!checkedByAws && words?.startsWith(name) !== true ? [`${name}: a mistake is reported without its name`] : []),
    ];
  });
}
