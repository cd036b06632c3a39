import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInsightsQuery } from '../demo/aws-emulator/cloudwatch/metrics-insights.js';
import { type MetricsInsightsInput, metricsInsightsQuery } from './metrics-insights-query.js';

const BARE: MetricsInsightsInput = {
  namespace: 'AWS/EC2',
  metricName: 'CPUUtilization',
  statistic: 'AVG',
  dimensions: [],
  schemaKeys: [],
};

/** Replaces each quoted part by its quotes, backslash taking the next character along. */
const withoutQuoted = (query: string): string => query.replace(/(["'])(?:\\.|(?!\1)[^\\])*\1/gs, '$1$1');

describe('metricsInsightsQuery', () => {
  it('writes the shortest query', () => {
    expect(metricsInsightsQuery(BARE)).toBe('SELECT AVG("CPUUtilization") FROM SCHEMA("AWS/EC2")');
  });

  it('writes every clause in order', () => {
    const query = metricsInsightsQuery({
      ...BARE,
      dimensions: [
        { name: 'InstanceId', value: 'i-1' },
        { name: 'Zone', value: 'a' },
      ],
      schemaKeys: ['InstanceId', 'Zone'],
      groupBy: 'Zone',
      orderBy: 'MAX',
      sortOrder: 'DESC',
      limit: 5,
    });
    expect(query).toBe(
      `SELECT AVG("CPUUtilization") FROM SCHEMA("AWS/EC2", "InstanceId", "Zone") WHERE "InstanceId"='i-1' AND "Zone"='a' GROUP BY "Zone" ORDER BY MAX() DESC LIMIT 5`,
    );
  });

  it('quotes a hostile value exactly once [ARG-14]', () => {
    const query = metricsInsightsQuery({
      ...BARE,
      namespace: 'AWS/EC2" WHERE 1=1 --',
      dimensions: [{ name: 'Name', value: "x' OR 'a'='a" }],
    });
    expect(query).toBe(
      `SELECT AVG("CPUUtilization") FROM SCHEMA("AWS/EC2\\" WHERE 1=1 --") WHERE "Name"='x\\' OR \\'a\\'=\\'a'`,
    );
  });

  it('keeps every name and value inside its quotes [ARG-14]', () => {
    const text = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[\\'" a-z]{1,12}$/));
    fc.assert(
      fc.property(text, text, text, text, (namespace, metricName, name, value) => {
        const input = {
          ...BARE,
          namespace,
          metricName,
          dimensions: [{ name, value }],
          schemaKeys: [name],
          groupBy: name,
        };
        expect(withoutQuoted(metricsInsightsQuery(input))).toBe(
          `SELECT AVG("") FROM SCHEMA("", "") WHERE ""='' GROUP BY ""`,
        );
      }),
    );
  });

  it('is read back as what it was made of, also by another reader of the language [ARG-14]', () => {
    const text = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[\\'" a-z-]{1,12}$/));
    fc.assert(
      fc.property(text, text, text, text, (namespace, metricName, name, value) => {
        const query = metricsInsightsQuery({
          ...BARE,
          namespace,
          metricName,
          dimensions: [{ name, value }],
          schemaKeys: [name],
          groupBy: name,
          limit: 5,
        });
        expect(parseInsightsQuery(query)).toMatchObject({
          namespace,
          metricName,
          schema: [name],
          conditions: [{ dimension: name, value }],
          groupBy: [name],
          limit: 5,
        });
      }),
    );
  });

  it('refuses to group by a dimension that is not in the schema', () => {
    expect(() => metricsInsightsQuery({ ...BARE, schemaKeys: ['A'], groupBy: 'B' })).toThrow(/^group_by_dimension: /);
  });

  it('refuses a sort order without a statistic to sort by', () => {
    expect(() => metricsInsightsQuery({ ...BARE, sortOrder: 'ASC' })).toThrow(/^sort_order: .*order_by_statistic/);
  });
});
