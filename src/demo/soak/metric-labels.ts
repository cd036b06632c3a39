/** One line of a Prometheus text. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The series of a Prometheus text exposition. */
export function seriesIn(text: string): readonly Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, value]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string> };
    });
}

/** What no label may hold: each is unbounded, and most are about people. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an ARN', /arn:/],
  ['an account', /\b\d{12}\b/],
  ['an address', /\b\d{1,3}(\.\d{1,3}){3}\b|::/],
  ['a token', /eyJ|\.[\w-]{20,}\./],
  ['a user', /user-|stranger-|@/],
  // One slash within is the method of a request, such as tools/call.
  ['a log group', /^\/|\/.*\//],
  ['a key id', /[0-9a-f]{32}/],
];

/** Every label that names something it must not; empty when all is well. */
export function labelProblems(series: readonly Series[]): readonly string[] {
  return series.flatMap(({ name, labels }) =>
    Object.entries(labels).flatMap(([label, value]) =>
      FORBIDDEN.filter(([, pattern]) => pattern.test(value)).map(
        ([what]) => `${name}{${label}="${value}"} holds ${what}`,
      ),
    ),
  );
}
