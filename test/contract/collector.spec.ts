import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingNotes } from '../../src/config/settings.js';

interface Collector {
  readonly receivers: { readonly prometheus: { readonly config: { readonly scrape_configs: readonly Scrape[] } } };
  readonly exporters: { readonly otlphttp: { readonly metrics_endpoint: string; readonly auth: object } };
  readonly extensions: { readonly sigv4auth: { readonly service: string } };
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  };
}
interface Scrape {
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
}

const text = readFileSync(new URL('../../config/otel/collector.yaml', import.meta.url), 'utf8');
const collector = parse(text, { strict: true }) as Collector;

describe('config/otel/collector.yaml', () => {
  it('uses only parts that it configures, and configures none in vain', () => {
    const pipelines = Object.values(collector.service.pipelines);
    expect(pipelines).not.toEqual([]);
    for (const kind of ['receivers', 'processors', 'exporters'] as const) {
      const configured = Object.keys(collector[kind as keyof Collector]);
      expect(pipelines.flatMap((pipeline) => pipeline[kind] ?? []).sort()).toEqual(configured.sort());
    }
    expect(collector.service.extensions).toEqual(Object.keys(collector.extensions));
    expect(collector.exporters.otlphttp.auth).toEqual({ authenticator: 'sigv4auth' });
  });

  it("scrapes the server's own port and sends to CloudWatch's OTLP endpoint, signed as CloudWatch", () => {
    const [scrape] = collector.receivers.prometheus.config.scrape_configs;
    expect(scrape?.static_configs).toEqual([{ targets: [`127.0.0.1:${settingNotes('METRICS_PORT').example}`] }]);
    expect(collector.exporters.otlphttp.metrics_endpoint).toBe(
      'https://monitoring.${env:AWS_REGION}.amazonaws.com/v1/metrics',
    );
    expect(collector.extensions.sigv4auth).toEqual({ region: '${env:AWS_REGION}', service: 'monitoring' });
  });
});
