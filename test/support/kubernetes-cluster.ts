import { manifests, type KubernetesObject } from './kubernetes-render.js';
import { mayReach, type Pod, selects } from './kubernetes-network.js';
import { environmentOf, filesOf, type PodSpec } from './kubernetes-pod.js';

/** What runs for a Deployment: all replicas are alike. */
export interface RunningPods extends Pod {
  readonly deployment: string;
  /** Changes with every rollout. */
  readonly generation: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What is mounted from Secrets and ConfigMaps, by path. */
  readonly files: Readonly<Record<string, string>>;
}

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

interface ServiceSpec {
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

interface IngressSpec {
  readonly rules: readonly {
    readonly host: string;
    readonly http: { readonly paths: readonly { readonly backend: { readonly service: { readonly name: string } } }[] };
  }[];
}

const HTTP_PORT = 3334;
/** Where the load balancer of the examples has its addresses. */
const BALANCER = { ip: '10.0.1.17' };
const OWN_NAMESPACES = new Set(['default', 'kube-system', 'monitoring']);

/** As much of a cluster as it takes to see what commands do: objects, rollouts, and who reaches whom by which name. */
export class Cluster {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #pods = new Map<string, RunningPods>();
  readonly #waiting = new Map<string, string>();
  #generation = 0;

  /** Creates or replaces. @throws Error when an object's namespace does not exist */
  apply(objects: readonly KubernetesObject[]): void {
    for (const object of objects) {
      const { namespace } = object.metadata;
      if (namespace !== undefined && !OWN_NAMESPACES.has(namespace) && !this.#objects.has(`Namespace/${namespace}`))
        throw new Error(`namespace ${namespace} not found`);
      const before = this.#objects.get(keyOf(object));
      this.#objects.set(keyOf(object), object);
      const same = JSON.stringify(before?.['spec']) === JSON.stringify(object['spec']);
      if (object.kind === 'Deployment' && !same) this.#waiting.set(keyOf(object), 'to be started');
    }
    this.#startWaiting();
  }

  applyText(text: string): void {
    this.apply(manifests(text));
  }

  /** @throws Error when it does not exist */
  delete(kind: string, name: string, namespace?: string): void {
    const key = namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
    if (!this.#objects.delete(key)) throw new Error(`${key} not found`);
    if (kind !== 'Namespace') return;
    for (const each of this.#objects.keys())
      if (each.split('/')[1] === name && each.split('/').length === 3) this.#objects.delete(each);
    for (const [each, { namespace: own }] of this.#pods) if (own === name) this.#pods.delete(each);
  }

  /** Pods that read their configuration anew. */
  restart(name: string, namespace: string): void {
    const key = `Deployment/${namespace}/${name}`;
    if (!this.#objects.has(key)) throw new Error(`${key} not found`);
    this.#waiting.set(key, 'to be started');
    this.#startWaiting();
  }

  /** @throws Error while pods cannot start, with what they wait for */
  rolledOut(name: string, namespace: string): RunningPods {
    const key = `Deployment/${namespace}/${name}`;
    const reason = this.#waiting.get(key);
    const pods = this.#pods.get(key);
    if (reason !== undefined || pods === undefined) throw new Error(`${key}: ${reason ?? 'not found'}`);
    return pods;
  }

  objectsIn(namespace: string): readonly KubernetesObject[] {
    return [...this.#objects.values()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  running(): readonly RunningPods[] {
    return [...this.#pods.values()];
  }

  /** The pods that answer at a URL. @throws Error when nothing does, or when a network policy forbids it */
  route(url: URL, from: Pod): RunningPods {
    const inside = /^([\w-]+)\.([\w-]+)\.svc$/.exec(url.hostname);
    if (inside !== null) {
      const [, name = '', namespace = ''] = inside;
      return this.#behind(this.#service(name, namespace), from, Number(url.port));
    }
    const ingress = [...this.#objects.values()].find(
      (object) => object.kind === 'Ingress' && rulesOf(object)[0]?.host === url.hostname,
    );
    if (ingress === undefined || url.protocol !== 'https:') throw new Error(`nothing answers at ${url.origin}`);
    const name = rulesOf(ingress)[0]?.http.paths[0]?.backend.service.name ?? '';
    return this.#behind(this.#service(name, ingress.metadata.namespace ?? ''), BALANCER, HTTP_PORT);
  }

  #service(name: string, namespace: string): KubernetesObject {
    const service = this.#objects.get(`Service/${namespace}/${name}`);
    if (service === undefined) throw new Error(`no service ${name} in ${namespace}`);
    return service;
  }

  #behind(service: KubernetesObject, from: Pod | { ip: string }, port: number): RunningPods {
    const { selector, ports } = service['spec'] as ServiceSpec;
    const pods = this.running().find(
      ({ namespace, labels }) => namespace === service.metadata.namespace && selects({ matchLabels: selector }, labels),
    );
    if (pods === undefined || !ports.some((each) => each.port === port)) throw new Error(`nothing behind the service`);
    if (!mayReach(this.objectsIn(pods.namespace), from, pods, port)) throw new Error('forbidden by network policy');
    return pods;
  }

  /** A kubelet tries again until what a pod needs is there. */
  #startWaiting(): void {
    for (const key of this.#waiting.keys()) {
      const object = this.#objects.get(key);
      if (object === undefined) this.#waiting.delete(key);
      else this.#start(key, object);
    }
  }

  #start(key: string, { metadata: { name, namespace = '' }, ...object }: KubernetesObject): void {
    const { metadata, spec } = (object['spec'] as { template: Template }).template;
    const objects = this.objectsIn(namespace);
    try {
      const environment = environmentOf(spec, objects);
      const files = filesOf(spec, objects);
      this.#generation += 1;
      const generation = this.#generation;
      this.#pods.set(key, { deployment: name, namespace, labels: metadata.labels, generation, environment, files });
      this.#waiting.delete(key);
    } catch (error) {
      this.#waiting.set(key, String(error));
    }
  }
}

function keyOf({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

function rulesOf(object: KubernetesObject): IngressSpec['rules'] {
  return (object['spec'] as IngressSpec).rules;
}
