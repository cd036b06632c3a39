/** Text without the secrets that were recognised in it, and how many there were. */
export interface MaskedText {
  readonly text: string;
  readonly masked: number;
}

/** Where a secret may begin: not within a word, or after an escape (`\n`, `%3D`) whose last letter is no part of it. */
const START = String.raw`(?<![\w.-])|(?<=\\[nrt]|%[0-9A-Fa-f]{2})`;

/** Looks back from what a secret begins with, and never repeats what can begin it again: linear time. */
const shape = (literal: string, rest: string, flags = ''): RegExp =>
  new RegExp(`${literal}(?<=(?:${START})${literal})${rest}`, `g${flags}`);

const PEM =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\w+/=\s\\:,.-])*(?:-----END [A-Z0-9 ]{0,60}-----)?/g;

/** Secrets that are known by their own form. */
const SHAPES: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['private-key', PEM],
  ['aws-key', shape('(?:AKIA|ASIA)', '[A-Z0-9]{16}(?![A-Za-z0-9])')],
  ['jwt', shape('eyJ', String.raw`[\w-]{5,}\.[\w-]{5,}\.[\w-]*`)],
  ['server-key', shape('cwmcp_', '[0-9a-f]{8}_[\\w-]{20,}')],
  ['github-token', shape('(?:gh[pousr]_|github_pat_)', '\\w{20,}')],
  ['slack-token', shape('(?:xox[abeoprs]|xapp)-', '[A-Za-z0-9-]{10,}')],
  ['token', shape('bearer', String.raw`\s{1,4}[\w.~+/-]{20,}=*`, 'i')],
];

/** `user:password@` of a URL; a password may hold `@`, never `/`. */
const URL_PASSWORD = /:\/\/([^\s/:@"'<>]*):([^\s/"'<>]+)@/g;

/** A name that says that its value is secret, at the end of a longer name or alone. */
const NAMES =
  '(?<password>passw(?:or)?d|passphrase|pwd)|(?<secret>secret|(?:secret|access|api|account|private|auth|encryption|signing)[_-]?key|x-amz-signature)|(?<token>token)|(?<authorization>authorization)';
/** The names in an ARN are no labels: `arn:aws:secretsmanager:<region>:<account>:secret:<name>` names a secret and is none. */
const ARN = String.raw`arn:aws[\w-]*:[^\s"'\x60,;&<>=]*`;
const LABEL = new RegExp(String.raw`${ARN}|(?:${NAMES})\\{0,4}["'\x60]?\s{0,4}(?:=>|:=|[:=>])\s{0,4}`, 'gi');
const SECRET_NAME = new RegExp(`(?:${NAMES})$`, 'i');

/** Something of every secret above. Most texts have none of it, and one look is faster than ten. */
const SUSPECT = new RegExp(
  `-----BEGIN|AKIA|ASIA|eyJ|cwmcp_|gh[pousr]_|github_pat_|xox[abeoprs]-|xapp-|bearer|://|${NAMES}`,
  'i',
);

const QUOTE = /\\{0,4}["'`]/y;
/** Ends before what separates one value from the next, or an escaped line end or quote. */
const BARE_VALUE = /(?:(?:bearer|basic|digest)\s{1,4})?(?:[^\s"'`,;&<>()[\]{}|\\]|\\[^nrt"'\\])+/iy;
/** What is written in place of a value: no secret. */
const PLACEHOLDER = /^(?:null|none|nil|true|false|undefined|redacted|[^\p{L}\p{N}]*)$/iu;
/** Shorter texts after a name are words, versions or flags. */
const SHORTEST: Readonly<Record<string, number>> = { password: 4, secret: 4, token: 6, authorization: 16 };

/**
 * Replaces secrets by marks such as `[masked: aws-key]`: keys and tokens known by their form, and values behind names
 * like `password=`, also in JSON, escaped JSON and URLs. Linear in the length of the text. What looks like nothing
 * known, such as a password in a sentence, cannot be found: this lowers a risk, it does not end it.
 */
export function maskSecrets(text: string): MaskedText {
  if (!SUSPECT.test(text)) return { text, masked: 0 };
  let masked = 0;
  const count = (kind: string): string => {
    masked += 1;
    return `[masked: ${kind}]`;
  };
  let result = text;
  for (const [kind, pattern] of SHAPES) result = result.replace(pattern, () => count(kind));
  result = result.replace(URL_PASSWORD, (_match, user: string) => `://${user}:${count('password')}@`);
  return { text: maskLabelled(result, count), masked };
}

/** Whether a member of this name holds a secret as its whole value; the kind it is then masked as. */
export function secretKindOf(name: string, value: string): string | undefined {
  const kind = kindOf(SECRET_NAME.exec(name));
  return kind !== undefined && isSecret(kind, value) ? kind : undefined;
}

function maskLabelled(text: string, mark: (kind: string) => string): string {
  let result = '';
  let done = 0;
  LABEL.lastIndex = 0;
  for (let match = LABEL.exec(text); match !== null; match = LABEL.exec(text)) {
    const kind = kindOf(match);
    if (kind === undefined) continue;
    const { start, end } = valueAt(text, LABEL.lastIndex);
    LABEL.lastIndex = Math.max(end, LABEL.lastIndex);
    if (!isSecret(kind, text.slice(start, end))) continue;
    result += text.slice(done, start) + mark(kind);
    done = end;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** The value from a place on: between quotes, as often escaped as the first, or up to a separator. */
function valueAt(text: string, at: number): { readonly start: number; readonly end: number } {
  QUOTE.lastIndex = at;
  const quote = QUOTE.exec(text)?.[0];
  if (quote === undefined) {
    BARE_VALUE.lastIndex = at;
    return { start: at, end: at + (BARE_VALUE.exec(text)?.[0].length ?? 0) };
  }
  const start = at + quote.length;
  for (let end = start; end < text.length; end += 1) {
    if (text[end] === '\n') return { start, end };
    if (text[end] !== quote.at(-1)) continue;
    let escapes = 0;
    while (escapes < end - start && text[end - escapes - 1] === '\\') escapes += 1;
    if (escapes < quote.length) return { start, end: end - escapes };
  }
  return { start, end: text.length };
}

function kindOf(match: RegExpExecArray | null): string | undefined {
  return Object.entries(match?.groups ?? {}).find(([, name]) => name !== undefined)?.[0];
}

function isSecret(kind: string, value: string): boolean {
  return (
    value.length >= (SHORTEST[kind] ?? 1) &&
    !PLACEHOLDER.test(value) &&
    !/^(?:\[masked: |\/|~\/|\$\{|%[sdv]$)/.test(value)
  );
}
