import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { inHouseStyle } from './house-style.js';

const RULES = 'config/prometheus/rules.yml';
const FRONT_END = 'config/clients/librechat.oauth.yaml';

const KUBERNETES = 'config/kubernetes';

/** What stands in the manifests of Kubernetes and elsewhere too, by its path, as it must be committed. */
export async function kubernetesFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    [
      `${KUBERNETES}/components/monitoring/prometheus-rule.yaml`,
      await inHouseStyle(prometheusRule(await read(RULES)), 'yaml'),
    ],
    [`${KUBERNETES}/librechat/oauth/librechat.yaml`, await read(FRONT_END)],
  ]);
}

function prometheusRule(rules: string): string {
  const { groups } = parse(rules) as { groups: unknown };
  const manifest = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'cloudwatch-mcp', labels: { 'app.kubernetes.io/name': 'cloudwatch-mcp' } },
    spec: { groups },
  };
  return `# Written by \`npm run generate\` from ${RULES}: change that.\n${stringify(manifest, { lineWidth: 0 })}`;
}

function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}
