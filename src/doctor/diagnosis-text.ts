import type { CheckStatus, Diagnosis } from './check.js';

const MARKS: Readonly<Record<CheckStatus, string>> = { ok: 'ok', warn: 'warn', fail: 'FAIL', skip: '--' };
const INDENT = ' '.repeat(6);

/** A diagnosis for a terminal: one line a check, its fix below it, a count at the end. */
export function diagnosisText({ checks, healthy }: Diagnosis): string {
  const lines = checks.flatMap(({ status, says, fix }) => [
    `${MARKS[status].padEnd(INDENT.length)}${indented(says)}`,
    ...(fix === undefined ? [] : [`${INDENT}Fix: ${indented(fix)}`]),
  ]);
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const counts = `${count('ok')} ok, ${count('warn')} to consider, ${count('fail')} failed, ${count('skip')} not checked`;
  return [...lines, '', `${healthy ? 'All is well' : 'Not ready for users'}: ${counts}.`].join('\n');
}

function indented(text: string): string {
  return text.replaceAll('\n', `\n${INDENT}`);
}
