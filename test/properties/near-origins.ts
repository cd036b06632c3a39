import fc from 'fast-check';
import { onTheWire } from '../support/edge-stack.js';

/** What attackers register, and what careless comparisons take for the origin. */
function neighbours(origin: string): string[] {
  const [scheme = '', host = ''] = origin.split('//');
  const otherScheme = scheme === 'https:' ? 'http:' : 'https:';
  return [
    ...['/', '.', ':', ':443', ':80', '#', '?', '\u3002', 'evil', '.evil.test', '@evil.test'].map(
      (end) => origin + end,
    ),
    ...['%00.evil.test', '\\.evil.test', ', https://evil.test', ` ${origin}`, `,${origin}`].map((end) => origin + end),
    ...['https://evil.test/', 'https://evil.test?', 'https://evil.test#'].map((begin) => begin + origin),
    ...['evil-', 'evil.', 'evil@', '.', 'www.'].map((begin) => `${scheme}//${begin}${host}`),
    `${scheme}//[${host}]`,
    `${otherScheme}//${host}`,
    `${scheme.toUpperCase()}//${host}`,
    `${scheme}//${host.toUpperCase()}`,
    `${scheme}${host}`,
    `${scheme}///${host}`,
    `"${origin}"`,
    host,
    origin.replaceAll('.', '\u3002'),
    origin.replace('o', '\u043e'),
    origin.replace('.', ''),
    origin.replace('.', 'x'),
  ];
}

/** Texts close to an origin that may call, and some that are not. */
export function nearOrigins(allowed: readonly string[]): fc.Arbitrary<string> {
  const base = fc.constantFrom(...allowed);
  const noOrigin = fc.constantFrom(
    'null',
    'NULL',
    '',
    '*',
    'about:blank',
    'file://',
    'data:',
    'chrome-extension://abc',
  );
  return fc
    .oneof(
      noOrigin,
      { weight: 3, arbitrary: fc.constantFrom(...allowed.flatMap(neighbours)) },
      fc.tuple(base, fc.nat(), fc.string({ unit: 'grapheme', maxLength: 2 })).map(([origin, at, text]) => {
        const index = at % (origin.length + 1);
        return origin.slice(0, index) + text + origin.slice(index + (at % 2));
      }),
      fc.tuple(base, fc.nat()).map(([origin, at]) => origin.slice(0, at % origin.length)),
      fc
        .tuple(base, fc.integer({ min: 0, max: 65_535 }))
        .map(([origin, port]) => `${origin.replace(/:\d+$/, '')}:${port}`),
      fc.webUrl(),
      fc.string({ maxLength: 40 }),
    )
    .map((text) => onTheWire(text.replace(/[\r\n]/g, '')));
}
