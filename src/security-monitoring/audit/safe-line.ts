import { loggable, withoutSecrets } from './loggable.js';

/** A longer line may hold a text that is too long. */
const PLAIN_LENGTH = 2_000;
const TEXT_LIMIT = 2_048;
const STACK_LIMIT = 4_096;
const MAX_MEMBERS = 100;
const MAX_DEPTH = 8;

/** Anything but printable ASCII, and every escape: control characters are escaped in JSON. */
const UNUSUAL = /[^ -~\n]|\\/;
/** Something of every secret: what the forms begin with, and names before a value. Most lines have none of it. */
const SUSPECT =
  /-----BEGIN|AKIA|ASIA|eyJ|cwmcp_|gh[pousr]_|github_pat_|xox[abeoprs]-|xapp-|bearer|:\/\/[^/\s"]{0,256}@|(?:authorization|cookie|assertion|token|secret|passw(?:or)?d|passphrase|pwd|key|signature)[\w-]{0,40}["']?\s{0,4}[:=]/i;
/** Members whose value is never written, whatever it looks like. */
const SECRET_NAME =
  /authorization|cookie|assertion|token|secret|passw(?:or)?d|passphrase|^pwd$|api[-_]?key$|(?:access|private|signing|encryption)[-_]?key(?:$|[-_]?id$)/i;
const ACCESS_KEY_ID = /access[-_]?key[-_]?id$/i;

/**
 * The last step of every line, whoever wrote it: secrets are masked by the name and by the form of what holds them, texts
 * are bounded and printable. Most lines need none of that and pass as they are.
 * @param line one JSON object and a line end
 */
export function safeLine(line: string): string {
  if (isPlain(line)) return line;
  try {
    return `${JSON.stringify(safe(JSON.parse(line), '', 0))}\n`;
  } catch {
    return '{"level":"error","msg":"a line of the log was no JSON and is left out"}\n';
  }
}

function isPlain(text: string): boolean {
  return text.length <= PLAIN_LENGTH && !UNUSUAL.test(text) && !SUSPECT.test(text);
}

function safe(value: unknown, name: string, depth: number): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? redacted(name, value) : safeText(value, name);
  if (typeof value !== 'object' || value === null) return value;
  if (SECRET_NAME.test(name)) return '[redacted]';
  if (depth === MAX_DEPTH) return '[…]';
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((item) => safe(item, name, depth + 1));
  const members = Object.entries(value).slice(0, MAX_MEMBERS);
  return Object.fromEntries(members.map(([key, member]) => [safeText(key, ''), safe(member, key, depth + 1)]));
}

/** CloudTrail and support name AWS keys by their end, which opens nothing. */
function redacted(name: string, value: string): string {
  return ACCESS_KEY_ID.test(name) ? `…${loggable(value.slice(-4))}` : '[redacted]';
}

function safeText(text: string, name: string): string {
  if (isPlain(text)) return text;
  const masked = withoutSecrets(text);
  if (name !== 'stack') return loggable(masked, TEXT_LIMIT);
  const lines = masked.slice(0, STACK_LIMIT).split('\n');
  return lines.map((line) => loggable(line, TEXT_LIMIT)).join('\n');
}
