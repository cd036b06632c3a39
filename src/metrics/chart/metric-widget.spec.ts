import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartQueries } from './chart-queries.js';
import { metricWidget } from './metric-widget.js';

const text = fc.string({ unit: 'grapheme', minLength: 1 });

describe('metricWidget', () => {
  it('holds names and labels as they are, whatever characters they have [ARG-14]', () => {
    fc.assert(
      fc.property(text, text, text, text, (namespace, metric, value, title) => {
        const metrics = [{ namespace, metric_name: metric, dimensions: [{ name: 'D', value }], label: title }];
        const range = { start: new Date(0), end: new Date(60_000) };
        const queries = chartQueries({ metrics }, 60);
        const json = metricWidget({ title, width: 1, height: 1, period: 60, range, region: 'r', queries, lines: [] });
        expect(JSON.parse(json)).toMatchObject({
          title,
          metrics: [[namespace, metric, 'D', value, { label: title, id: 'm1', stat: 'Average' }]],
        });
      }),
    );
  });
});
