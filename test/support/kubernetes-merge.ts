/** Members of an object of Kubernetes, as YAML has them. */
export type Members = Readonly<Record<string, unknown>>;

/** Lists that a strategic merge patch joins by a key; every other list it replaces. */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  env: 'name',
};

/** An object after a strategic merge patch, in so far as the manifests use one. */
export function merged(base: unknown, patch: unknown, field = ''): unknown {
  if (isMembers(base) && isMembers(patch)) {
    const names = [...new Set([...Object.keys(base), ...Object.keys(patch)])];
    return Object.fromEntries(
      names.map((name) => [name, name in patch ? merged(base[name], patch[name], name) : base[name]]),
    );
  }
  const key = KEYS[field];
  if (key === undefined || !Array.isArray(base) || !Array.isArray(patch)) return patch;
  const [old, changes] = [base as Members[], patch as Members[]];
  return [
    ...old.map((item) => merged(item, changes.find((change) => change[key] === item[key]) ?? item)),
    ...changes.filter((change) => !old.some((item) => item[key] === change[key])),
  ];
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One member of a field path: `.` divides, except within brackets. */
function steps(path: string): readonly string[] {
  return [...path.matchAll(/\[([^\]]+)\]|([^.[\]]+)/g)].map(([, bracketed, plain]) => bracketed ?? plain ?? '');
}

/** What stands at a field path. */
export function valueAt(object: unknown, path: string): unknown {
  return steps(path).reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? (value as Members)[step] : undefined),
    object,
  );
}

/** The object with the text at a path changed. @throws Error when there is none */
export function withTextAt(object: Members, path: string, change: (text: string) => string): Members {
  const copy = structuredClone(object);
  const way = steps(path);
  const last = way.at(-1) ?? '';
  const parent = way
    .slice(0, -1)
    .reduce<unknown>((value, step) => (value as Members | undefined)?.[step], copy) as Record<string, unknown>;
  const text = parent?.[last];
  if (typeof text !== 'string') throw new Error(`unable to find field "${path}" in replacement target`);
  parent[last] = change(text);
  return copy;
}
