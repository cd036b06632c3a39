/** A token of a pattern, shaped like the `PatternToken` of anomalies. */
export interface PatternToken {
  readonly dynamicTokenPosition?: number;
  readonly isDynamic: boolean;
  readonly tokenString: string;
  /** How often each value of a dynamic token was seen. */
  readonly enumerations?: Readonly<Record<string, number>>;
}

export type Severity = 'Error' | 'Warn' | 'Info' | 'Debug' | 'None';

export interface MessageCluster<T> {
  /** The shared structure with `<Kind-n>` in the places that vary. */
  readonly pattern: string;
  readonly regex: string;
  readonly severity: Severity;
  readonly tokens: readonly PatternToken[];
  readonly members: readonly T[];
}

interface Draft<T> {
  readonly severity: Severity;
  readonly parts: Part[];
  readonly members: T[];
}

/** Literal text, or the kind of a place that varies. */
type Part = { readonly literal: string } | { readonly dynamic: string };

/** What varies from message to message, the most telling kinds first. */
const DYNAMIC_KINDS = [
  ['Time', String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`],
  ['Time', String.raw`\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`],
  ['UUID', String.raw`\b[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}\b`],
  ['IPAddress', String.raw`\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b`],
  ['Number', String.raw`(?<![\w.-])[+-]?\d+(?:\.\d+)?(?![\w.-]*\w)`],
  ['ID', String.raw`(?<!\w)[\w-]*\d[\w-]*(?:\.\d+\w*)?`],
] as const;

const DYNAMIC = new RegExp(DYNAMIC_KINDS.map(([, source]) => `(${source})`).join('|'), 'g');
const WORDS = /[A-Za-z_]+|[^A-Za-z_]+/g;
const ENUMERATED_MEMBERS = 50;
/** Words and separators a text must have for one differing word to be a detail. */
const SHORTEST_JOINED = 7;
const REGEX_SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/**
 * Groups messages by what is left when ids, numbers, times and addresses are taken out, then joins groups that differ
 * in one word. Every message is in exactly one cluster; the largest cluster comes first.
 */
export function clusterMessages<T extends { readonly text: string }>(messages: readonly T[]): MessageCluster<T>[] {
  const bySignature = new Map<string, Draft<T>>();
  for (const message of messages) {
    const signature = message.text.replace(DYNAMIC, '\u0000');
    const draft = bySignature.get(signature);
    if (draft) draft.members.push(message);
    else bySignature.set(signature, draftOf(message));
  }
  const drafts = [...bySignature.values()].toSorted(byMembers);
  return joinSimilar(drafts).toSorted(byMembers).map(finish);
}

/** The severity a message states itself. */
export function severityOf(text: string): Severity {
  if (/\b(?:error|fatal|exception|critical)\b/i.test(text) || /(?:Error|Exception)\b/.test(text)) return 'Error';
  if (/\bwarn(?:ing)?\b/i.test(text)) return 'Warn';
  if (/\binfo\b/i.test(text)) return 'Info';
  return /\b(?:debug|trace)\b/i.test(text) ? 'Debug' : 'None';
}

function byMembers<T>(left: Draft<T>, right: Draft<T>): number {
  return right.members.length - left.members.length;
}

function draftOf<T extends { readonly text: string }>(message: T): Draft<T> {
  const parts: Part[] = [];
  let at = 0;
  for (const match of message.text.matchAll(DYNAMIC)) {
    parts.push(...literals(message.text.slice(at, match.index)));
    parts.push({ dynamic: DYNAMIC_KINDS[match.slice(1).findIndex((group) => group !== undefined)]?.[0] ?? 'Token' });
    at = match.index + match[0].length;
  }
  parts.push(...literals(message.text.slice(at)));
  return { severity: severityOf(message.text), parts, members: [message] };
}

function literals(text: string): Part[] {
  return (text.match(WORDS) ?? []).map((literal) => ({ literal }));
}

/** Drafts of the same severity and shape that differ in one word are one pattern with a token in that place. */
function joinSimilar<T>(drafts: readonly Draft<T>[]): Draft<T>[] {
  const byShape = new Map<string, Draft<T>[]>();
  for (const draft of drafts) {
    const shape = `${draft.severity} ${draft.parts.length}`;
    const candidates = byShape.get(shape) ?? [];
    byShape.set(shape, candidates);
    if (!candidates.some((candidate) => join(candidate, draft))) candidates.push(draft);
  }
  return [...byShape.values()].flat();
}

/** Takes the other draft's members in; false when they differ in more than one word, or are too short to tell. */
function join<T>(target: Draft<T>, other: Draft<T>): boolean {
  if (target.parts.length < SHORTEST_JOINED) return false;
  let difference: number | undefined;
  for (const [index, part] of target.parts.entries()) {
    if (agree(part, other.parts[index])) continue;
    if (difference !== undefined || isPunctuation(part) || isPunctuation(other.parts[index])) return false;
    difference = index;
  }
  if (difference !== undefined) target.parts[difference] = { dynamic: 'Token' };
  for (const member of other.members) target.members.push(member);
  return true;
}

function agree(left: Part, right: Part | undefined): boolean {
  if (!right || 'dynamic' in left || 'dynamic' in right)
    return right !== undefined && 'dynamic' in left && 'dynamic' in right;
  return left.literal === right.literal;
}

function isPunctuation(part: Part | undefined): boolean {
  return part !== undefined && 'literal' in part && !/\w/.test(part.literal);
}

function finish<T extends { readonly text: string }>(draft: Draft<T>): MessageCluster<T> {
  let position = 0;
  const named = draft.parts.map((part) => {
    if ('literal' in part) return { part, text: part.literal, position: 0 };
    position += 1;
    return { part, text: `<${part.dynamic}-${position}>`, position };
  });
  const regex = named.map(({ part, text }) => ('literal' in part ? text.replace(REGEX_SPECIAL, '\\$&') : '(.+?)'));
  const source = `^${regex.join('')}$`;
  const values = enumerate(new RegExp(source, 's'), draft.members);
  return {
    pattern: named.map(({ text }) => text).join(''),
    regex: source,
    severity: draft.severity,
    members: draft.members,
    tokens: named.map(({ part, text, position: place }) =>
      'literal' in part
        ? { isDynamic: false, tokenString: text }
        : { dynamicTokenPosition: place, isDynamic: true, tokenString: text, enumerations: values[place - 1] ?? {} },
    ),
  };
}

function enumerate(pattern: RegExp, members: readonly { readonly text: string }[]): Record<string, number>[] {
  const values: Record<string, number>[] = [];
  for (const { text } of members.slice(0, ENUMERATED_MEMBERS)) {
    for (const [index, value] of (pattern.exec(text) ?? []).slice(1).entries()) {
      const seen = (values[index] ??= {});
      seen[value] = (seen[value] ?? 0) + 1;
    }
  }
  return values;
}
