import { MalformedQuery } from './malformed-query.js';

export type QueryLanguage = 'CWLI' | 'SQL' | 'PPL';

/** A query of another language in Logs Insights QL, and the log groups its text names. */
export interface TranslatedQuery {
  readonly text: string;
  /** Names or ARNs; absent where the text names none. */
  readonly sources?: readonly string[];
}

const SQL =
  /^\s*select\s+([^]+?)\s+from\s+`([^`]+)`(?:\s+where\s+([^]+?))?(?:\s+limit\s+(\d{1,6}))?\s*(?:--([^\n]*))?\s*$/i;
const PPL_SOURCE = /^\s*(?:search\s+)?source\s*=\s*`([^`]+)`\s*(?=\||$)/i;
const SAME_IN_PPL = /^(?:fields|stats|sort|dedup|parse)\b/i;

/**
 * Translates the little of SQL and PPL that the emulator has: SELECT columns FROM one source, WHERE, LIMIT; and
 * pipelines of source, where, head and what both languages have alike.
 * @throws MalformedQuery for everything else
 */
export function translate(query: string, language: QueryLanguage): TranslatedQuery {
  if (language === 'CWLI') return { text: query };
  return language === 'SQL' ? fromSql(query) : fromPpl(query);
}

function fromSql(query: string): TranslatedQuery {
  const [, columns = '', source = '', condition, limit, comment] = SQL.exec(query) ?? [];
  if (source === '') throw unknown(query);
  const steps = [
    `fields ${columns.trim() === '*' ? '@timestamp, @message' : columns}`,
    ...(condition === undefined ? [] : [`filter ${condition}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
  ];
  return { text: withComment(steps, comment), sources: namesIn(source) };
}

function fromPpl(query: string): TranslatedQuery {
  const [pipeline = '', ...comment] = query.split('//');
  const source = PPL_SOURCE.exec(pipeline);
  const rest = pipeline.slice(source?.[0].length ?? 0).replace(/^\s*\|/, '');
  const steps = rest
    .split('|')
    .map((step) => step.trim())
    .filter((step) => step !== '')
    .map((step) => fromPplStep(step, query));
  const text = withComment(steps.length === 0 ? ['fields @timestamp, @message'] : steps, comment.join('//'));
  return source === null ? { text } : { text, sources: namesIn(source[1] ?? '') };
}

function fromPplStep(step: string, query: string): string {
  if (/^where\b/i.test(step)) return step.replace(/^where/i, 'filter');
  if (/^head\s+\d+$/i.test(step)) return step.replace(/^head/i, 'limit');
  if (SAME_IN_PPL.test(step)) return step;
  throw unknown(query);
}

function namesIn(source: string): readonly string[] {
  const list = /^logGroups\(\s*logGroupIdentifiers?\s*:\s*\[([^\]]*)\]\s*\)$/i.exec(source)?.[1];
  if (list === undefined) return [source];
  return list.split(',').map((name) => name.trim().replace(/^'([^]*)'$/, '$1'));
}

function withComment(steps: readonly string[], comment: string | undefined): string {
  return `${steps.join(' | ')}${comment ? ` #${comment}` : ''}`;
}

function unknown(query: string): MalformedQuery {
  return new MalformedQuery(query, 0, query.length, 'the emulator does not have this query');
}
