import { METHODS } from 'node:http';
import fc from 'fast-check';
import { CALL_TOOL, HOST, LIST_TOOLS, ORIGIN, onTheWire, type WireRequest } from '../support/edge-stack.js';

/** One valid credential of each kind, and tokens that only look valid. */
export interface Credentials {
  readonly token: string;
  readonly apiKey: string;
  readonly stale: readonly string[];
}

type Header = readonly [string, string];

const headerText = fc
  .oneof(fc.stringMatching(/^[\x21-\x7e]{0,30}$/), fc.string({ unit: 'grapheme', maxLength: 12 }))
  .map((text) => onTheWire(text.replace(/[\p{Cc}\s]/gu, '')));

/** Paths that are open to everyone. */
export const OPEN_PATHS = [
  '/',
  '/health',
  '/health/live',
  '/health/ready',
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-protected-resource/mcp',
] as const;
const PROTECTED_PATHS = ['/mcp', '/mcp/tools/call', '/metrics', '/admin', '/.well-known/other', '/healthz', '/mcp/sse'];

const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** Ways to write a path so that two readers of it might disagree. */
const spellings: fc.Arbitrary<(path: string) => string> = fc.oneof(
  fc.nat(40).map((at) => (path: string) => {
    const index = at % path.length;
    return path.slice(0, index) + hex(path[index] ?? '/') + path.slice(index + 1);
  }),
  fc.nat(40).map((at) => (path: string) => {
    const index = at % path.length;
    return path.slice(0, index) + hex(path[index] ?? '/').replace('%', '%25') + path.slice(index + 1);
  }),
  fc.constantFrom<(path: string) => string>(
    (path) => path.toUpperCase(),
    (path) => path.replaceAll('/', '//'),
    (path) => path.replaceAll('/', '\\'),
    (path) => path.replaceAll('/', '%2f'),
    (path) => path.replaceAll('/', '/./'),
    (path) => onTheWire(path.replaceAll('m', 'ｍ')),
  ),
  fc
    .constantFrom('/', '//', '/.', '/..', '/%2e', '/%2e%2e', ';', ';/health', '%00', '%0a', '%20', '.json', '/health')
    .map((end) => (path: string) => path + end),
  fc
    .constantFrom('?', '?x=/health', '#', '#/health', '?access_token=', '%3f/health', '%23/health', '\\..\\health')
    .map((end) => (path: string) => path + end),
  fc
    .constantFrom('/health/..', '/health/%2e%2e', '/.', '/%2e', '/health;/..', '/health/../..', '/', '/\\', '/x/..')
    .map((begin) => (path: string) => begin + path),
  fc
    .constantFrom(
      `http://${HOST}`,
      `https://${HOST}:443`,
      'http://evil.test',
      `http://${HOST}@evil.test`,
      '//evil.test',
    )
    .map((authority) => (path: string) => authority + path),
);

const target = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PROTECTED_PATHS) }, fc.constantFrom(...OPEN_PATHS)),
    fc.array(spellings, { maxLength: 3 }),
  )
  .map(([path, ways]) => ways.reduce((written, spell) => spell(written), path));

const method = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('POST', 'GET') },
  { weight: 2, arbitrary: fc.constantFrom(...METHODS.filter((name) => name !== 'CONNECT')) },
  fc.constantFrom('post', 'Get', 'FOO'),
);

const IDENTITY_HEADERS =
  'X-User-Email X-Forwarded-User X-Remote-User X-Amzn-Oidc-Identity X-Auth-Request-Email X-Authenticated X-Original-URL X-Rewrite-URL X-Forwarded-Uri X-HTTP-Method-Override X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Prefix X-Client-Cert __proto__ constructor'.split(
    ' ',
  );

/** Headers that some server somewhere has believed; none of them names a host or an origin of this request. */
export const decoys: fc.Arbitrary<readonly Header[]> = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constantFrom(...IDENTITY_HEADERS),
      fc.oneof(fc.constantFrom('/health', 'alice', 'true', 'GET', 'admin', 'https'), headerText),
    ),
    fc.tuple(
      fc.constantFrom('X-Forwarded-For', 'X-Real-IP', 'Forwarded'),
      fc.constantFrom('127.0.0.1', 'for=127.0.0.1'),
    ),
    fc.tuple(fc.constantFrom('X-Forwarded-Host', 'X-Host', 'Forwarded'), fc.constantFrom('localhost', `host=${HOST}`)),
    fc.tuple(fc.constantFrom('User-Agent'), fc.constantFrom('ELB-HealthChecker/2.0', 'kube-probe/1.30', '')),
    fc.tuple(fc.stringMatching(/^X-[A-Za-z0-9_.!~-]{1,12}$/), headerText),
  ),
  { maxLength: 5 },
);

const upgrades = fc.constantFrom<readonly Header[]>(
  [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ],
  [['Expect', '100-continue']],
  [['Connection', 'Authorization, close']],
);

/** Changes to a credential, of which none may leave it valid. */
const mutations: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...'AZaz09-_.~+/='.split(''))).map(([at, char]) => (text: string) => {
    const index = at % text.length;
    return text.slice(0, index) + char + text.slice(index + 1);
  }),
  fc.tuple(fc.nat(), fc.constantFrom(...'AZaz09-_.='.split(''))).map(([at, char]) => (text: string) => {
    const index = at % (text.length + 1);
    return text.slice(0, index) + char + text.slice(index);
  }),
  fc.nat().map((at) => (text: string) => text.slice(0, at % text.length)),
  fc.nat().map((at) => (text: string) => text.slice(1 + (at % text.length))),
  fc.constantFrom<(text: string) => string>(
    (text) => text.toUpperCase(),
    (text) => text.toLowerCase(),
    (text) => text.split('').toReversed().join(''),
    (text) => text.split('.').toReversed().join('.'),
    (text) => `${text.split('.').slice(0, 2).join('.')}.`,
    (text) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${text.split('.')[1] ?? ''}.`,
    (text) => encodeURIComponent(`${text}%`),
    (text) => Buffer.from(text).toString('base64'),
    (text) => `"${text}"`,
    (text) => `${text},${text}`,
    (text) => `${text} ${text}`,
    (text) => `Bearer ${text}`,
    (text) => `${text}\0`,
  ),
);

/** Anything but one valid credential where credentials belong. */
function unusable({ token, apiKey, stale }: Credentials): fc.Arbitrary<Partial<WireRequest> & { query?: string }> {
  const valid = fc.constantFrom(token, apiKey);
  const name = fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION', 'aUtHoRiZaTiOn');
  const lines = (arbitrary: fc.Arbitrary<readonly Header[]>): fc.Arbitrary<Partial<WireRequest>> =>
    arbitrary.map((headers) => ({ headers }));
  const mutated = fc
    .tuple(valid, fc.array(mutations, { minLength: 1, maxLength: 2 }))
    .map(([text, changes]) => [text, changes.reduce((changed, change) => change(changed), text)] as const)
    .filter(([text, changed]) => changed.trim() !== text)
    .map(([, changed]) => changed);
  return fc.oneof(
    fc.constant({}),
    { weight: 4, arbitrary: lines(fc.tuple(name, mutated).map(([key, text]) => [[key, `Bearer ${text}`]])) },
    lines(fc.tuple(name, fc.constantFrom(...stale)).map(([key, text]) => [[key, `Bearer ${text}`]])),
    lines(
      fc
        .tuple(name, fc.constantFrom('Basic', 'JWT', 'DPoP', 'Token', 'Bearer:', 'Bearer=', 'ApiKey', ''), valid)
        .map(([key, scheme, text]) => [[key, `${scheme} ${text}`.trimStart()]]),
    ),
    lines(
      fc.tuple(name, name, valid, fc.oneof(valid, mutated, fc.constant(''))).chain(([first, second, good, other]) =>
        fc.constantFrom<readonly Header[]>(
          [
            [first, `Bearer ${good}`],
            [second, `Bearer ${other}`],
          ],
          [
            [first, `Bearer ${other}`],
            [second, `Bearer ${good}`],
          ],
        ),
      ),
    ),
    lines(
      fc
        .tuple(
          fc.constantFrom('Cookie', 'X-Api-Key', 'Proxy-Authorization', 'X-Authorization', 'Authorization_', 'X-Token'),
          fc.constantFrom('', 'Bearer ', 'access_token=', 'Authorization=Bearer '),
          valid,
        )
        .map(([key, before, text]) => [[key, before + text]]),
    ),
    fc
      .tuple(fc.constantFrom('access_token', 'api_key', 'token', 'key', 'Authorization', 'jwt'), valid)
      .map(([key, text]) => ({ query: `${key}=${text}` })),
    fc.tuple(fc.constantFrom('access_token', 'api_key'), valid).map(([key, text]) => ({
      headers: [['Content-Type', 'application/x-www-form-urlencoded']] as const,
      body: `${key}=${text}`,
    })),
  );
}

const hosts = fc.oneof(
  { weight: 8, arbitrary: fc.constant<readonly Header[]>([['Host', HOST]]) },
  fc.constantFrom<readonly Header[]>(
    [['Host', 'localhost']],
    [['Host', 'evil.test']],
    [
      ['Host', HOST],
      ['Host', 'evil.test'],
    ],
    [],
  ),
);

const origins = fc.oneof(
  { weight: 6, arbitrary: fc.constant<readonly Header[]>([]) },
  fc.constantFrom<readonly Header[]>(
    [['Origin', ORIGIN]],
    [['Origin', 'https://evil.test']],
    [
      ['Origin', ORIGIN],
      ['Access-Control-Request-Method', 'POST'],
    ],
    [['Access-Control-Request-Method', 'POST']],
  ),
);

const types = fc.constantFrom<readonly Header[]>([], [['Content-Type', 'application/json; charset=utf-8']]);
const bodies = fc.constantFrom(LIST_TOOLS, CALL_TOOL, undefined, '{}', '');

/** A request of someone without a valid credential, written in any way at all. */
export function strangersRequest(credentials: Credentials): fc.Arbitrary<WireRequest> {
  return fc
    .record({
      method,
      target,
      hosts,
      origins,
      decoys,
      types,
      upgrade: fc.oneof({ weight: 9, arbitrary: fc.constant<readonly Header[]>([]) }, upgrades),
      presented: unusable(credentials),
      body: bodies,
    })
    .map((part) => {
      const { headers = [], query, body = part.body } = part.presented;
      return {
        method: part.method,
        target: query === undefined ? part.target : `${part.target}${part.target.includes('?') ? '&' : '?'}${query}`,
        hostless: true,
        headers: [...part.hosts, ...part.decoys, ...part.types, ...headers, ...part.origins, ...part.upgrade],
        ...(body !== undefined && { body }),
      };
    });
}
