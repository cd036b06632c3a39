import type { KubernetesObject } from './kubernetes-render.js';

type Texts = Readonly<Record<string, string>>;

interface KeyReference {
  readonly name: string;
  readonly key: string;
}

/** As much of a pod's specification as decides what its process is given. */
export interface PodSpec {
  readonly enableServiceLinks?: boolean;
  readonly containers: readonly {
    readonly envFrom?: readonly {
      readonly configMapRef?: { readonly name: string };
      readonly secretRef?: { readonly name: string };
    }[];
    readonly env?: readonly {
      readonly name: string;
      readonly value?: string;
      readonly valueFrom?: { readonly secretKeyRef?: KeyReference };
    }[];
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  }[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly secret?: { readonly secretName: string };
    readonly configMap?: { readonly name: string };
  }[];
}

/** The variables of a pod's first container. @throws Error naming the Secret or ConfigMap that is missing */
export function environmentOf(spec: PodSpec, objects: readonly KubernetesObject[]): Texts {
  const [container] = spec.containers;
  const links = spec.enableServiceLinks === false ? {} : serviceLinks(objects);
  const sources = (container?.envFrom ?? []).map(({ configMapRef, secretRef }) =>
    configMapRef === undefined
      ? dataOf(objects, 'Secret', secretRef?.name ?? '')
      : dataOf(objects, 'ConfigMap', configMapRef.name),
  );
  const own = (container?.env ?? []).map(({ name, value, valueFrom }) => {
    const reference = valueFrom?.secretKeyRef;
    const text = reference === undefined ? value : dataOf(objects, 'Secret', reference.name)[reference.key];
    if (text === undefined) throw new Error(`${name} has no value`);
    return [name, text] as const;
  });
  return Object.assign({}, links, ...sources, Object.fromEntries(own)) as Texts;
}

/** What is mounted into it from Secrets and ConfigMaps, by path. @throws Error naming what is missing */
export function filesOf(spec: PodSpec, objects: readonly KubernetesObject[]): Texts {
  const mounts = spec.containers[0]?.volumeMounts ?? [];
  return Object.fromEntries(
    mounts.flatMap(({ name, mountPath, subPath }) => {
      const volume = spec.volumes?.find((each) => each.name === name);
      if (volume === undefined) throw new Error(`there is no volume ${name}`);
      const { secret, configMap } = volume;
      const data = {
        ...(secret && dataOf(objects, 'Secret', secret.secretName)),
        ...(configMap && dataOf(objects, 'ConfigMap', configMap.name)),
      };
      return Object.entries(data)
        .filter(([key]) => subPath === undefined || subPath === key)
        .map(([key, text]) => [subPath === undefined ? `${mountPath}/${key}` : mountPath, text] as const);
    }),
  );
}

function dataOf(objects: readonly KubernetesObject[], kind: string, name: string): Texts {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`${kind} "${name}" not found`);
  return (found['data'] ?? found['stringData']) as Texts;
}

/** What Kubernetes tells a container of the Services in its namespace, in the manner of Docker's links. */
function serviceLinks(objects: readonly KubernetesObject[]): Texts {
  const services = objects.filter(({ kind }) => kind === 'Service');
  return Object.fromEntries(
    services.flatMap(({ metadata: { name }, spec }) => {
      const prefix = name.toUpperCase().replaceAll('-', '_');
      const port = (spec as { ports: readonly { port: number }[] }).ports[0]?.port;
      return [
        [`${prefix}_SERVICE_HOST`, '172.20.0.10'],
        [`${prefix}_PORT`, `tcp://172.20.0.10:${port}`],
      ];
    }),
  );
}
