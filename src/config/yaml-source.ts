import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';

/** Where in a document something is: names of map members and places in lists. */
export type YamlPath = readonly PropertyKey[];

/** Something wrong at a place of a YAML text. */
export interface YamlMistake {
  /** Counted from 1. */
  readonly line: number;
  readonly path: YamlPath;
  readonly message: string;
}

/** A YAML text as plain data, in which every place still has its line. */
export interface YamlSource {
  /** Maps, lists and texts: no scalar is read as a number, a boolean or null. Undefined when it is not plain data. */
  readonly data: unknown;
  /** What keeps the text from being one unambiguous document. */
  readonly mistakes: readonly YamlMistake[];
  /** The line of what is at a path, or of the nearest thing around it. */
  lineOf(path: YamlPath): number;
}

/**
 * Reads a YAML text with the failsafe schema (YAML 1.2, section 10.1), so that `id: 012345678901` and `group: no` stay
 * what was written. A key that is given twice is a mistake at its second place, since only one of the two could count.
 */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, lineCounter: lines });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const broken = [...document.errors, ...document.warnings].map(({ pos: [offset], message }): YamlMistake => ({
    line: lineAt(offset),
    path: [],
    message: `is not YAML: ${message.split(/ at line|\n/)[0]}`,
  }));
  if (broken.length > 0) return { data: undefined, mistakes: broken, lineOf: () => 1 };
  const mistakes: YamlMistake[] = [];
  let plain = true;
  visit(document, {
    Alias: (_key, { range }) => {
      plain = false;
      mistakes.push({ line: lineAt(range?.[0] ?? 0), path: [], message: 'repeats something by *; write it out' });
    },
    Map: (_key, map, ancestors) => {
      const path = pathOf([...ancestors, map]);
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
        const line = lineAt((key as { range?: [number] | null }).range?.[0] ?? 0);
        // SECURITY: data of that name would be lost on the way through plain objects, and with it a condition.
        if (name === undefined || name === '__proto__') {
          plain = false;
          mistakes.push({ line, path, message: 'has a key that is not a name' });
        } else if (seen.has(name)) mistakes.push({ line, path: [...path, name], message: 'is given twice; keep one' });
        else seen.add(name);
      }
    },
  });
  const data: unknown = plain ? document.toJS() : undefined;
  return { data, mistakes, lineOf: (path) => lineAt(offsetOf(document.contents, path)) };
}

function pathOf(ancestors: readonly unknown[]): YamlPath {
  return ancestors.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) return isScalar(node.key) ? [String(node.key.value)] : [];
    return isSeq(node) && index + 1 < ancestors.length ? [node.items.indexOf(ancestors[index + 1])] : [];
  });
}

function offsetOf(root: unknown, path: YamlPath): number {
  let node = root;
  let offset = rangeOf(root) ?? 0;
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      offset = rangeOf(pair?.key) ?? offset;
      next = pair?.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      offset = rangeOf(next) ?? offset;
    }
    node = next;
  }
  return offset;
}

function rangeOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] | null } | null | undefined)?.range?.[0];
}
