import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFiles, visit } from './source-tree.js';

const files = sourceFiles();

const ANYONE = [
  'principal',
  'errors',
  'seal',
  'secret-masking',
  'config/app-config',
  'config/issuer-settings',
  'config/access-rules',
  'config/aws-regions',
  'config/version',
  'config/tools-config',
];
const TOOL_ROOM = [
  'mcp/tool',
  'mcp/resource',
  'mcp/completion',
  'credentials/credentials.service',
  'credentials/credentials.module',
  'cloudwatch/',
];

/** Room -> what it may import besides itself and what anyone may; a trailing slash means the whole room. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  principal: [],
  errors: [],
  seal: [],
  'secret-masking': [],
  'start-failure': [],
  main: ['start-app', 'start-failure', 'config/environment', 'security-monitoring/audit/fault-exit.service'],
  cli: ['main', 'stdio/', 'config/', 'doctor/doctor.factory', 'doctor/diagnosis-text'],
  stdio: [
    'app.module',
    'start-failure',
    'config/',
    'mcp/mcp-server.factory',
    'mcp/mcp-request',
    'mcp/call-runner.service',
    // Pure: how deep a message may be nested, over HTTP and here.
    'mcp/json-shape',
    'security-monitoring/audit/',
  ],
  // A program of its own, installed without the rest: not even what anyone may import.
  'stdio-bridge': [],
  'start-app': ['app.module', 'security-monitoring/'],
  'app.module': [
    'config/',
    'security-monitoring/',
    'auth/',
    'credentials/',
    'mcp/',
    'logs/',
    'metrics/',
    'alarms/',
    'accounts/',
    'health/',
    'welcome/',
  ],
  config: [],
  // The algorithms are one list: what the configuration may name is what a token may be signed with.
  auth: [
    'security-monitoring/',
    'config/signing-algorithms',
    // A file of keys is read again while the server runs.
    'config/api-keys',
    'config/api-key-entries',
    'config/api-key-format',
    'config/introspection-settings',
  ],
  // A file of rules is read again while the server runs.
  credentials: ['security-monitoring/', 'config/access-reload'],
  mcp: [
    'security-monitoring/',
    'auth/mcp-auth.guard',
    'auth/auth.module',
    // Pure: the challenge for a scope that one tool needs is worded as the guard's own.
    'auth/auth-refusal',
    'auth/protected-resource-metadata',
    // Pure: how long after its end a token is accepted, and a stream opened with it kept.
    'auth/claims-policy',
    // Pure: the page that it serves, and what it hands on to it.
    'chart-page/chart-page',
    'chart-page/chart-data',
  ],
  'chart-page': [],
  cloudwatch: ['mcp/tool'],
  // Pure: a text is masked as a whole before a part of it is answered.
  logs: [...TOOL_ROOM, 'mcp/untrusted-output', 'mcp/tasks/task'],
  metrics: TOOL_ROOM,
  alarms: TOOL_ROOM,
  accounts: TOOL_ROOM,
  // So is the server's certificate.
  'security-monitoring': ['config/tls-pair', 'config/findings'],
  welcome: [],
  health: [
    'auth/issuers/issuer-registry.service',
    'auth/introspection.service',
    'auth/api-key-store.service',
    'auth/auth.module',
    'security-monitoring/',
  ],
  doctor: [
    'config/',
    'security-monitoring/audit/log.module',
    'auth/auth.module',
    'auth/issuers/issuer-registry.service',
    'auth/issuers/issuer-keys.client',
    'credentials/credentials.module',
    'credentials/aws-client.factory',
    'credentials/aws-error-names',
    'credentials/configured-roles',
    'credentials/user-credentials',
    'credentials/exchange/assume-role.exchange',
  ],
  generate: [
    'app.module',
    'config/',
    'mcp/tool',
    'mcp/tool-registry.service',
    'mcp/tool-schema',
    'mcp/json-schema',
    'metrics/metadata/metric-metadata',
  ],
  demo: [
    'app.module',
    'start-app',
    'config/',
    // The benchmark times one tool without the rest, and the guard alone.
    'alarms/get-active-alarms.tool',
    'credentials/credentials.service',
    'auth/mcp-auth.guard',
    'security-monitoring/http/request-facts',
    // Another benchmark scores what it finds in synthetic metrics.
    'metrics/analysis/metric-analysis',
    'metrics/analysis/metric-grid',
  ],
};

const ROLE =
  /\.(service|guard|strategy|controller|tool|sink|exchange|client|module|factory|middleware|filter|decorator|health|store|resource|completion|task)\.ts$/;
const EXEMPT_FROM_PURITY =
  /^(main\.ts|start-app\.ts|config\/|cli\/|stdio\/|stdio-bridge\/|demo\/|generate\/(generate|packages)\.ts)/;
const PURE_NODE_MODULES = new Set(['node:crypto', 'node:util', 'node:buffer', 'node:net']);

const roomOf = (path: string): string => path.split('/')[0]?.replace(/\.ts$/, '') ?? path;

function allowed(room: string, from: string): boolean {
  if (roomOf(from) === room) return true;
  if (room === 'stdio-bridge') return false;
  const own = room === 'principal' || room === 'errors' || room === 'config' ? ['principal', 'errors'] : ANYONE;
  return [...own, ...(MAY_IMPORT[room] ?? [])].some((entry) =>
    entry.endsWith('/') ? from.startsWith(entry) : from === entry,
  );
}

function impurities({ tree, imports }: SourceFile): string[] {
  const found = imports
    .filter(
      ({ typeOnly, from }) => !typeOnly && /^(@nestjs\/|@aws-sdk\/|node:)/.test(from) && !PURE_NODE_MODULES.has(from),
    )
    .map(({ from }) => `imports ${from}`);
  visit(tree, (node) => {
    if (ts.isPropertyAccessExpression(node) && /^(Date\.now|Math\.random)$/.test(node.getText()))
      found.push(node.getText());
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0) {
      found.push('new Date()');
    }
    if (ts.isIdentifier(node) && isGlobalUse(node)) found.push(node.text);
  });
  return found;
}

/** `process` or `fetch` as a global, not as a member or a name of ours. */
function isGlobalUse(node: ts.Identifier): boolean {
  if (node.text !== 'process' && node.text !== 'fetch') return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isCallExpression(parent) && parent.expression === node;
}

describe('the rooms', () => {
  it('import each other in one direction only', () => {
    const wrong = files.flatMap(({ path, imports }) =>
      imports.filter(({ own, from }) => own && !allowed(roomOf(path), from)).map(({ from }) => `${path} -> ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  it('leave the bridge alone, which needs Node and nothing else', () => {
    const bridge = files.filter(({ path }) => path.startsWith('stdio-bridge/'));
    expect(bridge.length).toBeGreaterThan(0);
    for (const from of ANYONE) expect(allowed('stdio-bridge', from), from).toBe(false);
    const packages = bridge
      .flatMap(({ imports }) => imports)
      .filter(({ own, from }) => !own && !from.startsWith('node:'));
    expect(packages).toEqual([]);
  });

  it('are all known to the import table', () => {
    expect([...new Set(files.map(({ path }) => roomOf(path)))].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  it('hold no barrel', () => {
    expect(files.filter(({ path }) => path.endsWith('index.ts')).map(({ path }) => path)).toEqual([]);
  });
});

describe('a file without a role suffix', () => {
  it('is pure: no framework, no input or output, no clock, no randomness', () => {
    const impure = files
      .filter(({ path }) => !ROLE.test(path) && !EXEMPT_FROM_PURITY.test(path))
      .map((file) => ({ path: file.path, found: impurities(file) }))
      // The kits declare how Nest sees a tool, a resource and a completion.
      .filter(
        ({ path, found }) =>
          found.length > 0 && !/^mcp\/(method-family|tool|resource|completion|tasks\/task)\.ts$/.test(path),
      );
    expect(impure).toEqual([]);
  });
});

describe('SDK clients', () => {
  it('are constructed by the client factory, and by the sink of metrics, which alone acts as the server', () => {
    const constructing = files
      .filter(({ path }) => !path.startsWith('demo/'))
      .filter(({ tree, imports }) => {
        let found = false;
        const sdk = imports.some(({ from }) => from.startsWith('@aws-sdk/client-'));
        visit(tree, (node) => {
          if (sdk && ts.isNewExpression(node) && node.expression.getText().endsWith('Client')) found = true;
        });
        return found;
      })
      .map(({ path }) => path);
    expect(constructing).toEqual([
      'credentials/aws-client.factory.ts',
      'security-monitoring/metrics/cloudwatch-metrics.sink.ts',
    ]);
  });
});

describe('the environment', () => {
  it('is read in the config room only', () => {
    const reading = files
      .filter(({ path }) => !/^(config\/|demo\/|stdio-bridge\/bridge\.ts)/.test(path))
      .filter(({ tree }) => tree.text.includes('process.env'))
      .map(({ path }) => path);
    expect(reading).toEqual([]);
  });
});

describe('source files', () => {
  it('stay small: none over 300 lines, the median under 80', () => {
    expect(files.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
    const sizes = files.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(80);
  });
});
