import { invalidParameter } from '../operations/input-checks.js';
import { compileJsonPattern } from './json-filter-pattern.js';

export type MessageTest = (message: string) => boolean;

/**
 * Compiles a filter pattern of FilterLogEvents: terms, or a condition on JSON events in braces. The empty pattern
 * matches everything.
 * @throws AwsFault InvalidParameterException for a malformed pattern, and for `[...]`, which the emulator has not
 */
export function compileFilterPattern(pattern: string): MessageTest {
  const trimmed = pattern.trim();
  if (trimmed.startsWith('{')) return compileJsonPattern(trimmed);
  if (trimmed.startsWith('[')) {
    throw invalidParameter('Invalid filter pattern: the emulator does not have space-delimited patterns.');
  }
  const terms = termsOf(trimmed);
  const all = terms.filter(({ role }) => role !== 'any');
  const any = terms.filter(({ role }) => role === 'any');
  // AWS ignores ?terms next to others.
  if (all.length > 0) return (message) => all.every(({ role, test }) => test(message) === (role === 'include'));
  return (message) => any.length === 0 || any.some(({ test }) => test(message));
}

interface Term {
  readonly role: 'include' | 'exclude' | 'any';
  readonly test: MessageTest;
}

const TERM = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))(?=\s|$)/y;

function termsOf(pattern: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < pattern.length) {
    TERM.lastIndex = at;
    const match = TERM.exec(pattern);
    if (!match) throw invalidParameter(`Invalid filter pattern at position ${at + 1}.`);
    const [whole, sign, quoted, regex, word] = match;
    const role = sign === '-' ? 'exclude' : sign === '?' ? 'any' : 'include';
    terms.push({
      role,
      test: regex === undefined ? containing(quoted?.replace(/\\(.)/g, '$1') ?? word ?? '') : matching(regex),
    });
    at += whole.length;
    while (/\s/.test(pattern[at] ?? '')) at += 1;
  }
  return terms;
}

function containing(text: string): MessageTest {
  return (message) => message.includes(text);
}

function matching(source: string): MessageTest {
  try {
    const regex = new RegExp(source);
    return (message) => regex.test(message);
  } catch {
    throw invalidParameter(`Invalid filter pattern: %${source}% is no regular expression.`);
  }
}
