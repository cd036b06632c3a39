import { PSEUDO, type Template } from './cloudformation.js';

/** What a part of a template speaks of. */
export interface References {
  /** Parameters, pseudo parameters and resources. */
  readonly names: readonly string[];
  /** `Resource.Attribute`. */
  readonly attributes: readonly string[];
  readonly conditions: readonly string[];
}

/** Everything a part of a template speaks of by its functions. */
export function referencesIn(part: unknown): References {
  if (Array.isArray(part)) return joined(part.map(referencesIn));
  if (typeof part !== 'object' || part === null) return NONE;
  return joined(Object.entries(part).map(([key, value]) => referencesOf(key, value)));
}

function referencesOf(key: string, value: unknown): References {
  if (key === 'Ref') return { ...NONE, names: [String(value)] };
  if (key === 'Fn::GetAtt') return { ...NONE, attributes: [String(value)] };
  if (key === 'Fn::Sub') return inSubstitution(value);
  if (key === 'Condition' && typeof value === 'string') return { ...NONE, conditions: [value] };
  if (key !== 'Fn::If') return referencesIn(value);
  const [condition, ...branches] = value as unknown[];
  return joined([{ ...NONE, conditions: [String(condition)] }, referencesIn(branches)]);
}

function inSubstitution(value: unknown): References {
  const [text, own = {}] = (Array.isArray(value) ? value : [value]) as [unknown, Record<string, unknown>?];
  const names = [...String(text).matchAll(/\$\{([^}!]+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !(name in own));
  return joined([
    {
      ...NONE,
      names: names.filter((name) => !name.includes('.')),
      attributes: names.filter((name) => name.includes('.')),
    },
    referencesIn(own),
  ]);
}

const NONE: References = { names: [], attributes: [], conditions: [] };

function joined(all: readonly References[]): References {
  return {
    names: all.flatMap(({ names }) => names),
    attributes: all.flatMap(({ attributes }) => attributes),
    conditions: all.flatMap(({ conditions }) => conditions),
  };
}

/** Names that lead nowhere, and parameters and conditions that nothing speaks of. */
export function brokenReferences(template: Template): string[] {
  const { Parameters: parameters, Conditions: conditions = {}, Resources: resources } = template;
  const used = referencesIn([template.Rules, Object.values(conditions), Object.values(resources), template.Outputs]);
  const beforeResources = referencesIn([template.Rules, Object.values(conditions)]);
  const isParameter = (name: string): boolean => name in parameters || name in PSEUDO;
  const dependencies = Object.values(resources).flatMap(({ DependsOn: on = [] }) => on);
  return [
    ...used.names.filter((name) => !isParameter(name) && !(name in resources)).map((name) => `nobody knows ${name}`),
    ...beforeResources.names.filter((name) => name in resources).map((name) => `${name} in a condition is a resource`),
    ...used.attributes
      .map((name) => name.split('.', 1)[0] ?? '')
      .filter((id) => !(id in resources))
      .map((id) => `nobody knows ${id}`),
    ...dependencies.filter((id) => !(id in resources)).map((id) => `DependsOn: nobody knows ${id}`),
    ...used.conditions.filter((name) => !(name in conditions)).map((name) => `nobody knows the condition ${name}`),
    ...Object.keys(parameters)
      .filter((name) => !used.names.includes(name))
      .map((name) => `nothing uses parameter ${name}`),
    ...Object.keys(conditions)
      .filter((name) => !used.conditions.includes(name))
      .map((name) => `nothing uses condition ${name}`),
    ...circles(template).map((id) => `${id} waits for itself`),
  ];
}

/** Resources of which each needs another of them first. */
function circles({ Resources: resources }: Template): string[] {
  const needs = (id: string): readonly string[] => {
    const { DependsOn: on = [], ...resource } = resources[id] ?? {};
    const { names, attributes } = referencesIn(resource);
    return [...names, ...attributes.map((name) => name.split('.', 1)[0] ?? ''), ...[on].flat()].filter(
      (name) => name in resources,
    );
  };
  const reaches = (from: string, seen: Set<string> = new Set()): ReadonlySet<string> => {
    for (const next of needs(from).filter((each) => !seen.has(each))) reaches(next, seen.add(next));
    return seen;
  };
  return Object.keys(resources).filter((id) => reaches(id).has(id));
}
