import { readProjectFile } from '../contract/markdown.js';
import { type KubernetesObject, type OwnFiles, render } from '../support/kubernetes-render.js';

const EKS = 'config/kubernetes/overlays/eks';

/** Every folder that is applied as it stands. */
export const FOLDERS = [
  EKS,
  'config/kubernetes/overlays/dev',
  'config/kubernetes/librechat/oauth',
  'config/kubernetes/librechat/no-auth',
] as const;

/** The parameters of the example, as an operator's own. */
export const PARAMETERS: OwnFiles = {
  [`${EKS}/parameters.env`]: readProjectFile(`${EKS}/parameters.example.env`),
};

/** The files of an operator who uses components that the overlay for EKS has commented out. */
export function eksFiles(...components: readonly string[]): OwnFiles {
  const path = `${EKS}/kustomization.yaml`;
  const text = components.reduce(
    (changed, name) => changed.replace(`# - ../../components/${name}`, `- ../../components/${name}`),
    readProjectFile(path),
  );
  return { ...PARAMETERS, [path]: text };
}

/** The overlay for EKS with such components. */
export function eksWith(...components: readonly string[]): readonly KubernetesObject[] {
  return render(EKS, eksFiles(...components));
}

/** The one object of a kind. @throws Error unless there is exactly one (of that name) */
export function the(objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const [found, ...others] = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (found === undefined || others.length > 0) throw new Error(`not one ${kind} ${name}`);
  return found;
}
