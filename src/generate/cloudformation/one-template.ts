import { Document, isMap, isScalar, type Node, Pair, parseDocument, Scalar, visit, YAMLMap } from 'yaml';

/** How templates become one. */
export interface Joining {
  readonly description: string;
  /** For people who open the file. */
  readonly comment: string;
  /** What parameters of one template are in the other: they are parameters no longer. */
  readonly wires: Readonly<Record<string, string>>;
  /** Conditions that always hold: what depends on one is decided. */
  readonly settled: readonly string[];
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
  const dropped = new Set([
    ...Object.keys(joining.wires).map((name) => `Parameters.${name}`),
    ...joining.settled.map((name) => `Conditions.${name}`),
    ...joining.withoutOutputs.map((name) => `Outputs.${name}`),
  ]);
  const one = new Document({ AWSTemplateFormatVersion: '', Description: joining.description });
  one.commentBefore = joining.comment;
  one.set('AWSTemplateFormatVersion', parts[0]?.get('AWSTemplateFormatVersion', true));
  for (const section of SECTIONS) {
    const entries = parts.flatMap((part) => entriesOf(part.get(section, true)));
    const kept = entries.filter(([name]) => !dropped.has(`${section}.${name}`));
    if (kept.length === 0) continue;
    const title = new Scalar(section);
    title.spaceBefore = true;
    one.add(new Pair(title, joined(section, kept)));
  }
  return one.toString({ lineWidth: 110 });
}

type Entry = readonly [name: string, pair: Pair];

function entriesOf(section: unknown): readonly Entry[] {
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

/** Decides what depends on conditions that always hold. */
function settle(part: Document, settled: Joining['settled']): void {
  const holds = (condition: unknown): boolean => isScalar(condition) && settled.includes(String(condition.value));
  visit(part, {
    Seq: (_key, { tag, items: [condition, yes] }) => (tag === '!If' && holds(condition) ? (yes as Node) : undefined),
    Pair: (_key, { key, value }) =>
      isScalar(key) && key.value === 'Condition' && holds(value) ? visit.REMOVE : undefined,
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
