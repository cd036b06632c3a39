import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Series, seriesIn } from '../../src/demo/soak/metric-labels.js';
import { LOCAL_PRINCIPAL as principal } from '../../src/principal.js';
import { CLOUDWATCH_METRICS, METRICS_NAMESPACE } from '../../src/security-monitoring/metrics/cloudwatch-metrics.js';
import { EVERYDAY_REASONS, TROUBLE_REASONS } from '../../src/security-monitoring/metrics/failure-class.js';
import { AUTH_FAILURE_REASONS, type SecurityEvent } from '../../src/security-monitoring/security-event.js';
import { SecurityEventsService } from '../../src/security-monitoring/security-events.service.js';
import { readMarkdown } from '../contract/markdown.js';
import { readTemplate, type Resource, resourcesOf } from '../support/cloudformation.js';
import { type Stack, startStack } from '../support/stack.js';
import { TlsFiles } from '../support/tls-files.js';
import { metricsIn } from './queries.js';

/** What Prometheus itself puts on every series. */
const OF_PROMETHEUS = ['job', 'instance', 'le'];
const read = (path: string): string => readFileSync(new URL(`../../config/${path}`, import.meta.url), 'utf8');

let stack: Stack;
/** What only a server that speaks TLS shows. */
let withTls: Stack;
const tls = new TlsFiles();
let series: readonly Series[];

/** What no single server does within a test, recorded as it would be. */
const UNCOMMON: readonly SecurityEvent[] = [
  { name: 'token.introspected', issuer: 'https://auth.example.com', outcome: 'active' },
  { name: 'tool.denied', requestId: 'r', principal, reason: 'concurrency' },
  { name: 'config-file.reload', file: 'ACCESS_FILE', outcome: 'failed', detail: 'no such account' },
  {
    name: 'aws.called',
    requestId: 'r',
    principal,
    service: 'logs',
    operation: 'StartQuery',
    region: 'us-east-1',
    account: '111111111111',
    outcome: 'error',
    awsErrorName: 'ThrottlingException',
    durationMs: 3,
  },
];

beforeAll(async () => {
  stack = await startStack();
  await stack.call(await stack.token('alice'), 'get_active_alarms');
  await stack.call('x'.repeat(40), 'get_active_alarms');
  const headers = { authorization: `Bearer ${await stack.token('alice')}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  await (await fetch(stack.endpoint, { method: 'POST', headers, body })).text();
  for (const event of UNCOMMON) stack.app.app.get(SecurityEventsService, { strict: false }).record(event);
  withTls = await startStack({ env: { ...tls.env, PUBLIC_URL: 'https://127.0.0.1' } });
  const shown = [stack, withTls].map(async ({ app }) => seriesIn(await (await fetch(app.metricsUrl)).text()));
  series = (await Promise.all(shown)).flat();
});
afterAll(async () => {
  await Promise.all([stack.close(), withTls.close()]);
  tls.remove();
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
interface GrafanaPanel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const rules = (parse(read('prometheus/rules.yml')) as Rules).groups.flatMap((group) => group.rules);
const grafana = JSON.parse(read('dashboards/grafana.json')) as { panels: readonly GrafanaPanel[] };
const queries = [
  ...rules.map(({ alert, expr }) => ({ of: alert, query: expr })),
  ...grafana.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ of: title, query: expr }))),
];

describe('every query of Prometheus rules and of the Grafana dashboard', () => {
  it('asks for metrics and labels that the running server shows', () => {
    expect(queries.length).toBeGreaterThan(25);
    for (const { of, query } of queries) {
      expect(metricsIn(query), of).not.toEqual([]);
      for (const { metric, labels } of metricsIn(query)) {
        const shown = series.filter(({ name }) => name === metric);
        expect(shown.length, `${of}: ${metric}`).toBeGreaterThan(0);
        const known = new Set([...OF_PROMETHEUS, ...shown.flatMap((one) => Object.keys(one.labels))]);
        expect(
          labels.filter((label) => !known.has(label)),
          `${of}: ${metric}`,
        ).toEqual([]);
      }
    }
  });

  it('compares reasons with reasons that there are', () => {
    const reasons = queries
      .flatMap(({ query }) => metricsIn(query))
      .filter(({ metric }) => metric === 'mcp_auth_failures_total')
      .flatMap(({ values }) => values['reason'] ?? []);
    expect(reasons.length).toBeGreaterThan(10);
    expect(reasons.filter((reason) => !AUTH_FAILURE_REASONS.some((known) => known === reason))).toEqual([]);
  });

  it('leaves out of the suspicious failures exactly what the server leaves out [D4]', () => {
    const everyday = [...EVERYDAY_REASONS, ...TROUBLE_REASONS];
    const excluding = queries.filter(({ query }) => query.includes('reason!~'));
    expect(excluding).toHaveLength(2);
    for (const { of, query } of excluding) expect(metricsIn(query)[0]?.values['reason'], of).toEqual(everyday);
  });

  it('names in legends only labels that its query keeps', () => {
    for (const { title, targets = [] } of grafana.panels) {
      for (const { expr, legendFormat } of targets) {
        const kept = new Set(metricsIn(expr).flatMap(({ labels }) => labels));
        const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
        expect(
          named.filter((label) => !kept.has(label)),
          title,
        ).toEqual([]);
      }
    }
  });

  it('is shown in a panel that overlaps no other', () => {
    const cells = grafana.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(grafana.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

/** The names a stack's own metric filters put. */
function filtered(resources: readonly Resource[]): ReadonlyMap<string, readonly string[]> {
  const made = resources
    .filter(({ Type }) => Type === 'AWS::Logs::MetricFilter')
    .flatMap(({ Properties }) => Properties['MetricTransformations'] as Transformation[])
    .map(({ MetricNamespace, MetricName, Dimensions = [] }) => {
      return [`${MetricNamespace} ${MetricName}`, Dimensions.map(({ Key }) => Key)] as const;
    });
  return new Map(made);
}
interface Transformation {
  readonly MetricNamespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Key: string }[];
}

/** Each metric that alarms and dashboard name: its namespace and name, and the dimensions it is searched by. */
function namedMetrics(resources: readonly Resource[]): readonly { key: string; dimensions: readonly string[] }[] {
  const text = JSON.stringify(
    resources
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm' || Type === 'AWS::CloudWatch::Dashboard')
      .map(({ Properties: { DashboardBody: body, ...others } }) => [
        typeof body === 'string' && (JSON.parse(body) as object),
        others,
      ]),
  ).replaceAll('\\"', "'");
  const alarmed = /"Namespace":"([^"]+)","MetricName":"([^"]+)"/g;
  const drawn = /\["(CloudWatchMcp[^"]*)","([^"]+)"\]/g;
  const searched = /SEARCH\('\{'([^']+)',([\w,]+)\} MetricName='(\w+)'/g;
  return [
    ...[alarmed, drawn]
      .flatMap((pattern) => [...text.matchAll(pattern)])
      .map(([, namespace, name]) => ({ key: `${namespace} ${name}`, dimensions: [] })),
    ...[...text.matchAll(searched)].map(([, namespace, dimensions = '', name]) => ({
      key: `${namespace} ${name}`,
      dimensions: dimensions.split(','),
    })),
  ];
}

describe('the CloudFormation stack', () => {
  it('watches and draws metrics that the server puts, with the dimensions they are put with', () => {
    const named = namedMetrics(Object.values(resourcesOf(readTemplate('observability.yaml'))));
    expect(named.length).toBeGreaterThanOrEqual(8);
    for (const { key, dimensions } of named) {
      const [namespace, metric = ''] = key.split(' ');
      expect(namespace, key).toBe(METRICS_NAMESPACE);
      expect(Object.entries(CLOUDWATCH_METRICS).find(([name]) => name === metric)?.[1], key).toContainEqual(dimensions);
    }
  });

  it('watches and draws the metrics of its own filters where a log group is given', () => {
    const parameters = { LogGroupName: '/mcp/server', Environment: 'beta' };
    const resources = Object.values(resourcesOf(readTemplate('observability.yaml'), parameters));
    const made = filtered(resources);
    expect([...made.keys()].every((key) => key.startsWith('CloudWatchMcp/beta '))).toBe(true);
    const named = namedMetrics(resources);
    expect(named.length).toBeGreaterThanOrEqual(7);
    for (const { key, dimensions } of named) expect(made.get(key), key).toEqual(dimensions);
  });

  it('leaves out of the suspicious failures exactly what the server leaves out [D4]', () => {
    const resources = resourcesOf(readTemplate('observability.yaml'), { LogGroupName: '/mcp/server' });
    const pattern = String(resources['SuspiciousFailuresFilter']?.Properties['FilterPattern']);
    const left = [...pattern.matchAll(/\$\.auth\.reason != "(\w+)"/g)].map(([, reason]) => reason);
    expect(left).toEqual([...EVERYDAY_REASONS, ...TROUBLE_REASONS]);
  });
});

describe('every alarm', () => {
  it('names a part of the runbook that there is', () => {
    const template = JSON.stringify(resourcesOf(readTemplate('observability.yaml')));
    const named = [
      ...rules.map(({ annotations }) => annotations.runbook_url),
      ...(template.match(/docs\/operations\.md#[\w-]+/g) ?? []),
    ];
    expect(named).toHaveLength(rules.length + 2);
    const anchors = readMarkdown('docs/operations.md').headings.map((each) => each.toLowerCase().replaceAll(' ', '-'));
    for (const link of named) {
      const [file, anchor] = link.split('#');
      expect(file).toBe('docs/operations.md');
      expect(anchors).toContain(anchor);
    }
  });
});
