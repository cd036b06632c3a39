import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startToolRig, type ToolRig } from '../../../test/support/tool-rig.js';
import { MetricsModule } from '../metrics.module.js';
import { getPromqlLabelValues, GetPromqlLabelValuesTool } from './get-promql-label-values.tool.js';
import { getPromqlLabels, GetPromqlLabelsTool } from './get-promql-labels.tool.js';

let rig: ToolRig;

beforeAll(async () => {
  rig = await startToolRig([MetricsModule]);
});
beforeEach(() => {
  rig.aws.calls.clear();
  rig.aws.faults.clear();
});
afterAll(() => rig.close());

const labels = (args: object) => rig.call(GetPromqlLabelsTool, getPromqlLabels, args);
const valuesOf = (label_name: string, args: object = {}) =>
  rig.call(GetPromqlLabelValuesTool, getPromqlLabelValues, { label_name, ...args });
const sent = () => rig.aws.calls.of('GetLabels')[0]?.input as { path: string; parameters: Record<string, string[]> };

describe('get_promql_labels', () => {
  it('gives the names of labels in order, asked as the caller', async () => {
    const { labels: names, total } = await labels({});
    expect(names).toContain('__name__');
    expect(names).toContain('@aws.account');
    expect(names).toEqual(names.toSorted());
    expect(total).toBe(names.length);
    expect(sent()).toMatchObject({ path: '/api/v1/labels' });
    expect(rig.aws.calls.of('GetLabels')[0]?.principalArn).toContain(':111111111111:assumed-role/CloudWatchReader/');
  });

  it('gives those of the selected series, each selector sent on its own', async () => {
    const match = ['{Invocations}', '{Duration}'];
    const { labels: names } = await labels({ match });
    expect(names).toContain('FunctionName');
    expect(names).not.toContain('LoadBalancer');
    expect(sent().parameters['match[]']).toEqual(match);
  });

  it('asks again after a fault of AWS, and never after a refusal', async () => {
    rig.aws.faults.add({ operation: 'cloudwatch:GetLabels', kind: 'server-error', times: 1 });
    await labels({});
    expect(rig.aws.calls.of('GetLabels')).toHaveLength(2);
    rig.aws.calls.clear();
    await expect(labels({ match: ['{'] })).rejects.toThrow(/^match: /);
    expect(rig.aws.calls.of('GetLabels')).toHaveLength(1);
  });
});

describe('get_promql_label_values', () => {
  it('gives the names of metrics in order', async () => {
    const { values, truncated } = await valuesOf('__name__');
    expect(values).toContain('Invocations');
    expect(values).toEqual(values.toSorted());
    expect(truncated).toBe(false);
    expect(sent().path).toBe('/api/v1/label/__name__/values');
  });

  it('gives the values in the selected series', async () => {
    const { values } = await valuesOf('ServiceName', {
      match: ['{CPUUtilization, ServiceName!~"check.*"}', '{Nothing}'],
    });
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((name) => name.startsWith('check'))).toEqual([]);
  });

  it.each([
    '@resource.cloud.account.id',
    'app.kubernetes.io/name',
    'a%2Fb',
    '../../query?query=1',
    'naïve#1',
    "it's(a)*label!",
  ])('keeps %s in one segment of the path, signed as it is sent', async (label) => {
    await valuesOf(label);
    const [, encoded = ''] = /^\/api\/v1\/label\/([^/]+)\/values$/.exec(sent().path) ?? [];
    expect(decodeURIComponent(encoded)).toBe(label);
    expect(rig.aws.calls.of('GetLabels')).toMatchObject([{ verified: true }]);
  });

  it.each([
    ['no name', ''],
    ['dots only', '..'],
    ['a blank', 'a b'],
    ['a line break', 'a\nb'],
    ['an invisible character', 'a\u200bb'],
    ['half a character', 'a\ud800'],
    ['too long a name', 'a'.repeat(513)],
  ])('refuses %s, before any AWS call', async (_case, label) => {
    await expect(valuesOf(label)).rejects.toThrow(/^label_name: /);
    expect(rig.aws.calls.all()).toEqual([]);
  });
});
