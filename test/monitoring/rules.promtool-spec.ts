import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../config/prometheus/', import.meta.url));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const present = spawnSync('promtool', ['--version']).error === undefined;
if (!present) console.warn('promtool is not installed: the alerts of Prometheus are not tested (Debian: prometheus).');

const scratch = mkdtempSync(join(tmpdir(), 'rules-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function promtool(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** The shipped tests, run on other rules. */
function testedWith(rules: string): { status: number | null; output: string } {
  writeFileSync(join(scratch, 'rules.yml'), rules);
  writeFileSync(join(scratch, 'rules.test.yml'), read('rules.test.yml'));
  return promtool('test', 'rules', join(scratch, 'rules.test.yml'));
}

interface Grafana {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

describe.skipIf(!present)('the Grafana dashboard', () => {
  it('asks in PromQL that Prometheus understands', () => {
    const file = fileURLToPath(new URL('../../config/dashboards/grafana.json', import.meta.url));
    const { panels } = JSON.parse(readFileSync(file, 'utf8')) as Grafana;
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(25);
    const filled = queries.map((expr) => expr.replaceAll(/\$__(rate_interval|range)/g, '5m').replaceAll('$job', '.*'));
    const records = filled.map((expr, index) => ({ record: `panel:${index}`, expr }));
    writeFileSync(join(scratch, 'grafana.yml'), JSON.stringify({ groups: [{ name: 'grafana', rules: records }] }));
    const { output } = promtool('check', 'rules', join(scratch, 'grafana.yml'));
    expect(output).toContain(`SUCCESS: ${queries.length} rules found`);
  });
});

describe.skipIf(!present)('the alerts of Prometheus', () => {
  it('are well-formed', () => {
    const alerts = read('rules.yml').match(/- alert: /g) ?? [];
    expect(alerts.length).toBeGreaterThan(0);
    expect(promtool('check', 'rules', 'rules.yml').output).toContain(`SUCCESS: ${alerts.length} rules found`);
  });

  it('fire on an attack and stay quiet on 50 sign-ins in 5 minutes [D4]', () => {
    const { status, output } = promtool('test', 'rules', 'rules.test.yml');
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it.each([
    ['would not fire on an attack', '> 10.9', '> 20'],
    ['would fire on ten failures', '> 10.9', '> 9'],
    ['would fire on a sign-in', 'reason!~"missing|', 'reason!~"'],
    ['would fire on an expired token', '|expired|', '|'],
    ['would fire on a short outage', 'for: 10m', 'for: 0m'],
  ])('are held by those tests: rules that %s fail them', (_what, shipped, changed) => {
    const rules = read('rules.yml');
    expect(rules).toContain(shipped);
    expect(testedWith(rules.replace(shipped, changed)).status).toBe(1);
  });
});
