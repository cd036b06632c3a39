import * as kubernetes from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { isMembers } from './kubernetes-merge.js';
import { CUSTOM_KINDS } from './kubernetes-crds.js';
import type { KubernetesObject } from './kubernetes-render.js';

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
}

/** The kinds of Kubernetes that the manifests use, and the model of each. */
const MODELS: Readonly<Record<string, string>> = {
  'v1 Namespace': 'V1Namespace',
  'v1 ServiceAccount': 'V1ServiceAccount',
  'v1 ConfigMap': 'V1ConfigMap',
  'v1 Secret': 'V1Secret',
  'v1 Service': 'V1Service',
  'apps/v1 Deployment': 'V1Deployment',
  'autoscaling/v2 HorizontalPodAutoscaler': 'V2HorizontalPodAutoscaler',
  'policy/v1 PodDisruptionBudget': 'V1PodDisruptionBudget',
  'networking.k8s.io/v1 NetworkPolicy': 'V1NetworkPolicy',
  'networking.k8s.io/v1 Ingress': 'V1Ingress',
};

const DECLARATIONS = new URL('../../node_modules/@kubernetes/client-node/dist/gen/models/', import.meta.url);

/** Values that the API takes one of, by the field's name. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  protocol: ['TCP', 'UDP', 'SCTP'],
  policyTypes: ['Ingress', 'Egress'],
  pathType: ['Prefix', 'Exact', 'ImplementationSpecific'],
  whenUnsatisfiable: ['ScheduleAnyway', 'DoNotSchedule'],
  unhealthyPodEvictionPolicy: ['IfHealthyBudget', 'AlwaysAllow'],
};

/**
 * What the API of Kubernetes, or the operator whose kind it is, would have against an object: unknown fields, missing
 * ones, wrong types. Each is told by its path.
 */
export function problemsOf(object: KubernetesObject): readonly string[] {
  const kind = `${object.apiVersion} ${object.kind}`;
  const where = `${object.kind} ${object.metadata?.name}`;
  const nameless = object.metadata?.name === undefined ? [`${where}: has no name`] : [];
  const custom = CUSTOM_KINDS[kind]?.safeParse(object);
  if (custom !== undefined)
    return (custom.error?.issues ?? []).map(({ path, message }) => `${where}.${path.join('.')}: ${message}`);
  const model = MODELS[kind];
  return model === undefined ? [`there is no ${kind}`] : [...nameless, ...membersOf(where, model, object)];
}

function membersOf(path: string, model: string, value: unknown): readonly string[] {
  const attributes = attributesOf(model);
  if (attributes === undefined) return [`${path}: no model ${model}`];
  if (!isMembers(value)) return [`${path}: must be an object`];
  const unknown = Object.keys(value).filter((name) => !attributes.some(({ baseName }) => baseName === name));
  const missing = requiredOf(model, attributes).filter((name) => value[name] === undefined);
  return [
    ...unknown.map((name) => `${path}.${name}: is unknown`),
    ...missing.map((name) => `${path}.${name}: is missing`),
    ...attributes
      .filter(({ baseName }) => value[baseName] !== undefined)
      .flatMap(({ baseName, type }) => problemsAt(`${path}.${baseName}`, type, value[baseName])),
  ];
}

function problemsAt(path: string, type: string, value: unknown): readonly string[] {
  const item = /^Array<(.+)>$/.exec(type)?.[1];
  if (item !== undefined) {
    if (!Array.isArray(value)) return [`${path}: must be a list`];
    return value.flatMap((each, index) => [...problemsAt(`${path}.${index}`, item, each), ...wrongChoice(path, each)]);
  }
  const member = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (member !== undefined) {
    if (!isMembers(value)) return [`${path}: must be an object`];
    return Object.entries(value).flatMap(([name, each]) => problemsAt(`${path}.${name}`, member, each));
  }
  if (type === 'IntOrString') return ['string', 'number'].includes(typeof value) ? [] : [`${path}: must be a number`];
  if (['string', 'number', 'boolean'].includes(type))
    return typeof value === type ? wrongChoice(path, value) : [`${path}: must be a ${type}`];
  return membersOf(path, type, value);
}

function wrongChoice(path: string, value: unknown): readonly string[] {
  const choices = CHOICES[path.slice(path.lastIndexOf('.') + 1)];
  if (typeof value !== 'string' || choices === undefined || choices.includes(value)) return [];
  return [`${path}: must be one of ${choices.join(', ')}`];
}

function attributesOf(model: string): readonly Attribute[] | undefined {
  const models = kubernetes as unknown as Readonly<
    Record<string, { getAttributeTypeMap(): readonly Attribute[] } | undefined>
  >;
  return models[model]?.getAttributeTypeMap();
}

/** The models say it in their declarations only: what may be absent has a question mark. */
function requiredOf(model: string, attributes: readonly Attribute[]): readonly string[] {
  const text = readFileSync(new URL(`${model}.d.ts`, DECLARATIONS), 'utf8');
  const required = new Set([...text.matchAll(/^ {4}'(\w+)': /gm)].map(([, name]) => name));
  return attributes.filter(({ name }) => required.has(name)).map(({ baseName }) => baseName);
}
