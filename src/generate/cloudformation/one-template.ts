import { Document, isMap, isScalar, type Node, type Pair, parseDocument, Scalar, visit, YAMLMap } from 'yaml';

/** How templates become one. */
export interface Joining {
  readonly description: string;
  /** For people who open the file. */
  readonly comment: string;
  /** What parameters of one template are in the other: they are parameters no longer. */
  readonly wires: Readonly<Record<string, string>>;
  /** Conditions that are always so; what depends on one is decided. */
  readonly settled: Readonly<Record<string, boolean>>;
  /** Outputs that were for the other templates alone. */
  readonly withoutOutputs: readonly string[];
}

const SECTIONS = ['Parameters', 'Rules', 'Conditions', 'Resources', 'Outputs'] as const;

/**
 * Several CloudFormation templates as one that needs no others: the sections joined in order, the parameters by which one
 * is told of another replaced by what they stand for. Where two have a parameter or condition of one name the first counts.
 * @throws Error when two have a resource, rule or output of one name
 */
export function oneTemplate(templates: readonly string[], joining: Joining): string {
  const parts = templates.map((text) => parseDocument(text, { logLevel: 'silent' }));
  for (const part of parts) {
    settle(part, joining.settled);
    wire(part, joining.wires);
  }
  const one = new Document({ AWSTemplateFormatVersion: '', Description: joining.description });
  one.set('AWSTemplateFormatVersion', parts[0]?.get('AWSTemplateFormatVersion', true));
  one.commentBefore = joining.comment;
  const dropped = new Set([
    ...Object.keys(joining.wires).map((name) => `Parameters.${name}`),
    ...Object.keys(joining.settled).map((name) => `Conditions.${name}`),
    ...joining.withoutOutputs.map((name) => `Outputs.${name}`),
  ]);
  for (const section of SECTIONS) {
    const pairs = parts.flatMap((part) => pairsOf(part.get(section, true)));
    one.add(
      sectionPair(
        section,
 joined(
        section,
        pairs.filter(([name]) => !dropped.has(`${section}.${name}`)),
      ),
    );
  }
  return one.toString({ lineWidth: 110 });
}

type Entry = readonly [name: string, pair: Pair];

function pairsOf(section: unknown): readonly Entry[] {
  return isMap(section) ? section.items.map((pair) => [String((pair.key as Scalar).value), pair]) : [];
}

function joined(section: (typeof SECTIONS)[number], entries: readonly Entry[]): YAMLMap {
  const map = new YAMLMap();
  for (const [name, pair] of entries) {
    if (!map.has(name)) map.items.push(pair);
    else if (section !== 'Parameters' && section !== 'Conditions')
      throw new Error(`Two templates have ${section}.${name}`);
  }
  return map;
}

/** Decides what depends on conditions whose answer is known. */
function settle(part: Document, settled: Joining['settled']): void {
  visit(part, {
    Seq: (_key, node) => {
      if (node.tag !== '!If') return undefined;
      const [condition, yes, no] = node.items as Node[];
      const answer = isScalar(condition) ? settled[String(condition.value)] : undefined;
      return answer === undefined ? undefined : answer ? yes : no;
    },
    Pair: (_key, { key, value }) => {
      if (!isScalar(key) || key.value !== 'Condition' || !isScalar(value)) return undefined;
      return settled[String(value.value)] === true ? visit.REMOVE : undefined;
    },
  });
}

function wire(part: Document, wires: Joining['wires']): void {
  visit(part, {
    Scalar: (_key, node) => {
      const text = String(node.value);
      if (node.tag === '!Ref' && wires[text] !== undefined) return parseDocument(wires[text]).contents as Node;
      if (node.tag === '!Sub' || (node.tag === undefined && text.includes('${'))) node.value = substituted(text, wires);
      return undefined;
    },
  });
}

function substituted(text: string, wires: Joining['wires']): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (found, name: string) => {
    const wired = wires[name];
    if (wired === undefined) return found;
    const [, target] = /^!(?:Ref|GetAtt) ([\w:.]+)$/.exec(wired) ?? [];
    if (target === undefined) throw new Error(`${name} cannot stand within a text`);
    return `\${${target}}`;
  });
}
