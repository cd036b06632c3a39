import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubernetesFiles } from '../../src/generate/kubernetes-files.factory.js';
import { readProjectFile } from '../contract/markdown.js';
import { isMembers, valueAt, withTextAt } from '../support/kubernetes-merge.js';
import { type KubernetesObject, manifests, render } from '../support/kubernetes-render.js';
import { problemsOf } from '../support/kubernetes-schema.js';
import { eksFiles, eksWith, FOLDERS, PARAMETERS, the } from './kubernetes-folders.js';

const KUBERNETES = 'config/kubernetes';
const [EKS, DEV] = FOLDERS;

const kubectl = spawnSync('kubectl', ['kustomize', '--help'], { encoding: 'utf8' });
const present = kubectl.error === undefined && kubectl.status === 0;
if (!present) console.warn('kubectl is not installed: its rendering is not compared with the one of the tests.');

/** Without the order in which objects, and items that have a name, happen to stand. */
function inOrder(value: unknown): unknown {
  if (isMembers(value))
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, each]) => [name, inOrder(each)]),
    );
  if (!Array.isArray(value)) return value;
  const items = value.map(inOrder);
  return items.every(isMembers) ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
}

describe('render', () => {
  it.skipIf(!present)('makes of every folder what kubectl makes of it [E4]', () => {
    const copy = mkdtempSync(join(tmpdir(), 'kustomize-'));
    try {
      cpSync(fileURLToPath(new URL(`../../${KUBERNETES}`, import.meta.url)), copy, { recursive: true });
      const set = FOLDERS.map((folder) => [folder, PARAMETERS] as const);
      for (const [folder, own] of [...set, [EKS, eksFiles('external-secret', 'irsa', 'redis')] as const]) {
        for (const [path, text] of Object.entries(own)) writeFileSync(join(copy, path.slice(KUBERNETES.length)), text);
        const { stdout, stderr } = spawnSync('kubectl', ['kustomize', join(copy, folder.slice(KUBERNETES.length))], {
          encoding: 'utf8',
        });
        expect(stderr, folder).toBe('');
        expect(inOrder(render(folder, own)), folder).toEqual(inOrder(manifests(stdout)));
      }
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('stops with the name of the parameter that is missing, and of the file when all are', () => {
    expect(() => render(EKS)).toThrow('overlays/eks/parameters.env: no such file');
    const path = `${EKS}/parameters.env`;
    const text = PARAMETERS[path] ?? '';
    const names = [...text.matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);
    expect(names).toHaveLength(8);
    for (const name of names) {
      const without = text.replace(new RegExp(`^${name}=.*$\n`, 'm'), '');
      expect(() => render(EKS, { [path]: without })).toThrow(`data.${name}\` is missing`);
    }
  });

  it('leaves no place that a parameter was meant for unfilled', () => {
    expect(JSON.stringify(render(EKS, PARAMETERS))).not.toMatch(/"[^"]*\bparameter\b/);
  });

  it('refuses what of kustomize it does not know', () => {
    const path = `${DEV}/kustomization.yaml`;
    const own = { [path]: `${readProjectFile(path)}\nnamePrefix: test-\n` };
    expect(() => render(DEV, own)).toThrow('cannot render namePrefix');
  });
});

describe.each([
  ...FOLDERS.map((folder) => [folder, render(folder, PARAMETERS)] as const),
  ['overlays/eks with every component', eksWith('external-secret', 'irsa', 'redis')] as const,
  [
    'examples of Secrets',
    ['base', 'librechat/base'].flatMap((at) => manifests(readProjectFile(`${KUBERNETES}/${at}/secret.example.yaml`))),
  ] as const,
])('%s', (_name, objects) => {
  it('holds only what the API of Kubernetes and its operators take [E4]', () => {
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.flatMap(problemsOf)).toEqual([]);
  });
});

describe('problemsOf', () => {
  const POD = 'spec.template.spec';
  const objects = eksWith('external-secret');

  /** A valid object with one member changed, or taken away. */
  function planted(kind: string, path: string, value: unknown): KubernetesObject {
    const object = structuredClone(objects.find((each) => each.kind === kind));
    const end = path.lastIndexOf('.');
    const parent = (end === -1 ? object : valueAt(object, path.slice(0, end))) as Record<string, unknown>;
    if (value === undefined) delete parent[path.slice(end + 1)];
    else parent[path.slice(end + 1)] = value;
    return object as KubernetesObject;
  }

  it.each<[string, string, string, unknown, string]>([
    ['an unknown field', 'Deployment', `${POD}.containers.0.imagee`, 'x', 'imagee: is unknown'],
    [
      'a misspelt field of a security context',
      'Deployment',
      `${POD}.containers.0.securityContext.readOnlyRootFileSystem`,
      true,
      'readOnlyRootFileSystem: is unknown',
    ],
    ['a text for a number', 'Deployment', `${POD}.terminationGracePeriodSeconds`, '30', 'must be a number'],
    ['a number for a text', 'ConfigMap', 'data.EXPECTED_REPLICAS', 4, 'EXPECTED_REPLICAS: must be a string'],
    ['a truth value for a text', 'Ingress', 'metadata.annotations.x', true, 'annotations.x: must be a string'],
    ['an object for a list', 'Service', 'spec.ports', {}, 'ports: must be a list'],
    ['a missing selector', 'Deployment', 'spec.selector', undefined, 'selector: is missing'],
    ['a missing port', 'Service', 'spec.ports.0.port', undefined, 'port: is missing'],
    ['a missing path type', 'Ingress', 'spec.rules.0.http.paths.0.pathType', undefined, 'pathType: is missing'],
    ['a missing name', 'Service', 'metadata.name', undefined, 'has no name'],
    ['a protocol that is none', 'NetworkPolicy', 'spec.ingress.0.ports.0.protocol', 'HTTP', 'must be one of'],
    ['a policy type that is none', 'NetworkPolicy', 'spec.policyTypes', ['ingress'], 'must be one of'],
    ['a version that is gone', 'HorizontalPodAutoscaler', 'apiVersion', 'autoscaling/v2beta2', 'there is no'],
    ['a kind of another group', 'Ingress', 'apiVersion', 'extensions/v1beta1', 'there is no'],
    ['an unknown field of an ExternalSecret', 'ExternalSecret', 'spec.refreshIntervall', '1h', 'refreshIntervall'],
    ['a store of no kind', 'ExternalSecret', 'spec.secretStoreRef.kind', 'Store', 'secretStoreRef.kind'],
    ['an unknown field of a ServiceMonitor', 'ServiceMonitor', 'spec.endpoints.0.prot', 'x', 'prot'],
    ['an alert without an expression', 'PrometheusRule', 'spec.groups.0.rules.0.expr', undefined, 'expr'],
  ])('finds %s', (_mistake, kind, path, value, problem) => {
    expect(problemsOf(objects.find((each) => each.kind === kind) as KubernetesObject)).toEqual([]);
    expect(problemsOf(planted(kind, path, value)).join('\n')).toContain(problem);
  });
});

describe('what is generated', () => {
  it('stands as npm run generate would write it: the alerts of Prometheus, and the configuration of LibreChat', async () => {
    for (const [path, text] of await kubernetesFiles()) expect(readProjectFile(path), path).toBe(text);
    const { groups } = parse(readProjectFile('config/prometheus/rules.yml')) as { groups: unknown };
    expect(the(render(EKS, PARAMETERS), 'PrometheusRule')['spec']).toEqual({ groups });
  });
});

describe('withTextAt', () => {
  it('names the field that is not there', () => {
    expect(() => withTextAt({ spec: {} }, 'spec.rules.0.host', () => 'x')).toThrow('spec.rules.0.host');
  });
});
