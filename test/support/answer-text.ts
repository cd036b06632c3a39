import type { ToolResult } from './clients.js';

const MARKED = /^[^\n]+\n<data ([\w-]{11,})>\n([\s\S]*)\n<\/data \1>$/;

/** The text of an answer as a model sees it: what it says of itself, the boundary of this answer, and the data. */
export function answerText({ content }: Pick<ToolResult, 'content'>): {
  readonly preface: string;
  readonly boundary: string;
  readonly json: string;
  readonly data: unknown;
} {
  const text = content[0]?.text ?? '';
  const [, boundary, json] = MARKED.exec(text) ?? [];
  if (boundary === undefined || json === undefined) throw new Error(`not marked as data: ${text.slice(0, 200)}`);
  return { preface: text.slice(0, text.indexOf('\n')), boundary, json, data: JSON.parse(json) };
}
