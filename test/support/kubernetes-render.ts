import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { type Members, merged, valueAt, withTextAt } from './kubernetes-merge.js';

/** An object as it would be applied. */
export interface KubernetesObject extends Members {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Files that an operator makes, by their path from the project's root. */
export type OwnFiles = Readonly<Record<string, string>>;

interface Replacement {
  readonly source: { readonly kind: string; readonly name: string; readonly fieldPath: string };
  readonly targets: readonly {
    readonly select: { readonly kind: string; readonly name: string };
    readonly fieldPaths: readonly string[];
    readonly options?: { readonly delimiter: string; readonly index: number };
  }[];
}

interface Kustomization {
  readonly apiVersion: string;
  readonly kind: 'Kustomization' | 'Component';
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly { readonly path?: string; readonly patch?: string }[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
  readonly configMapGenerator?: readonly {
    readonly name: string;
    readonly envs?: readonly string[];
    readonly files?: readonly string[];
    readonly options: {
      readonly disableNameSuffixHash: true;
      readonly annotations?: Readonly<Record<string, string>>;
    };
  }[];
  readonly replacements?: readonly { readonly path: string }[];
}

const KNOWN = new Set(
  'apiVersion kind namespace resources components patches images configMapGenerator replacements'.split(' '),
);
const CLUSTER_WIDE = new Set(['Namespace']);
const LOCAL = 'config.kubernetes.io/local-config';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What `kubectl kustomize` makes of a folder; `own` are files beside those of the project.
 * @throws Error for whatever of kustomize the manifests do not use, and for what is missing, by its name
 */
export function render(folder: string, own: OwnFiles = {}): readonly KubernetesObject[] {
  return built(folder, [], own).filter(({ metadata }) => metadata.annotations?.[LOCAL] === undefined);
}

function built(folder: string, before: readonly KubernetesObject[], own: OwnFiles): readonly KubernetesObject[] {
  const read = (path: string): string => textOf(join(folder, path), own);
  const kustomization = parse(read('kustomization.yaml')) as Kustomization;
  const unknown = Object.keys(kustomization).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) throw new Error(`${folder}: cannot render ${unknown.join(', ')}`);

  let objects = [...before];
  for (const path of kustomization.resources ?? []) objects.push(...resources(join(folder, path), own));
  for (const map of kustomization.configMapGenerator ?? []) objects.push(generated(map, read));
  for (const path of kustomization.components ?? []) objects = [...built(join(folder, path), objects, own)];
  for (const { path, patch } of kustomization.patches ?? [])
    objects = patched(objects, parse(patch ?? read(path ?? '')) as KubernetesObject & { $patch?: 'delete' });
  for (const { path } of kustomization.replacements ?? [])
    for (const replacement of parse(read(path)) as Replacement[]) objects = replaced(objects, replacement);
  for (const { name, newName, newTag } of kustomization.images ?? [])
    objects = objects.map((object) => withImage(object, name, `${newName}:${newTag}`));
  const { namespace } = kustomization;
  return namespace === undefined ? objects : objects.map((object) => inNamespace(object, namespace));
}

function textOf(path: string, own: OwnFiles): string {
  const text = own[normalize(path)];
  if (text !== undefined) return text;
  if (!existsSync(join(ROOT, path))) throw new Error(`${normalize(path)}: no such file`);
  return readFileSync(join(ROOT, path), 'utf8');
}

function resources(path: string, own: OwnFiles): readonly KubernetesObject[] {
  if (existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isDirectory()) return built(path, [], own);
  return manifests(textOf(path, own));
}

/** The objects of a file of manifests. */
export function manifests(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

function generated(
  { name, envs = [], files = [], options }: NonNullable<Kustomization['configMapGenerator']>[number],
  read: (path: string) => string,
): KubernetesObject {
  const lines = envs.flatMap((path) => read(path).split('\n')).filter((line) => line !== '' && !line.startsWith('#'));
  const variables = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  const { annotations } = options;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(annotations && { annotations }) },
    data: Object.fromEntries([...variables, ...files.map((path) => [basename(path), read(path)] as const)]),
  };
}

function patched(
  objects: readonly KubernetesObject[],
  patch: KubernetesObject & { $patch?: 'delete' },
): KubernetesObject[] {
  const target = objects.find((object) => object.kind === patch.kind && object.metadata.name === patch.metadata.name);
  if (target === undefined) throw new Error(`no matches for the patch of ${patch.kind} ${patch.metadata.name}`);
  const rest = objects.filter((object) => object !== target);
  return patch.$patch === 'delete' ? rest : [...rest, merged(target, patch) as KubernetesObject];
}

function replaced(objects: readonly KubernetesObject[], { source, targets }: Replacement): KubernetesObject[] {
  const named = ({ kind, name }: { kind: string; name: string }): KubernetesObject => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  };
  const value = valueAt(named(source), source.fieldPath);
  if (typeof value !== 'string') throw new Error(`fieldPath \`${source.fieldPath}\` is missing for replacement source`);
  const changed = new Map(objects.map((object) => [object, object as Members]));
  for (const { select, fieldPaths, options } of targets) {
    const target = named(select);
    for (const path of fieldPaths)
      changed.set(
        target,
        withTextAt(changed.get(target) ?? target, path, (text) => {
          if (options === undefined) return value;
          return text.split(options.delimiter).with(options.index, value).join(options.delimiter);
        }),
      );
  }
  return [...changed.values()] as KubernetesObject[];
}

function withImage(object: KubernetesObject, name: string, image: string): KubernetesObject {
  if (object.kind !== 'Deployment') return object;
  const path = 'spec.template.spec.containers.0.image';
  return withTextAt(object, path, (text) => (text === name ? image : text)) as KubernetesObject;
}

function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return CLUSTER_WIDE.has(object.kind) ? object : { ...object, metadata: { ...object.metadata, namespace } };
}
