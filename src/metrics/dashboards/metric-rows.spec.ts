import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandMetricRows } from './metric-rows.js';

describe('expandMetricRows', () => {
  it('writes a repeated element out', () => {
    expect(
      expandMetricRows([
        ['AWS/EC2', 'CPUUtilization', 'InstanceId', 'i-1'],
        ['.', 'NetworkIn', '.', '.', { stat: 'Sum' }],
      ]),
    ).toEqual([
      ['AWS/EC2', 'CPUUtilization', 'InstanceId', 'i-1'],
      ['AWS/EC2', 'NetworkIn', 'InstanceId', 'i-1', { stat: 'Sum' }],
    ]);
  });

  it('writes all elements up to the own ones out, row after row', () => {
    expect(
      expandMetricRows([
        ['AWS/EC2', 'CPUUtilization', 'InstanceId', 'i-1', { yAxis: 'left' }],
        ['...', 'i-2'],
        ['...', 'i-3'],
      ]).slice(1),
    ).toEqual([
      ['AWS/EC2', 'CPUUtilization', 'InstanceId', 'i-2'],
      ['AWS/EC2', 'CPUUtilization', 'InstanceId', 'i-3'],
    ]);
  });

  it('keeps what is no metric as it is', () => {
    expect(expandMetricRows([[{ expression: 'm1/m2', id: 'e1' }], 'nonsense', ['.']])).toEqual([
      [{ expression: 'm1/m2', id: 'e1' }],
      [],
      ['.'],
    ]);
  });

  it('gives one row for each, whatever it is given, and leaves whole rows alone', () => {
    const element = fc.oneof(fc.constantFrom('.', '...', 'A'), fc.string(), fc.object(), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.array(element, { maxLength: 8 }), fc.anything())), (rows) => {
        expect(expandMetricRows(rows)).toHaveLength(rows.length);
      }),
    );
    const whole = fc.array(fc.string().filter((text) => !['.', '...'].includes(text)));
    fc.assert(
      fc.property(fc.array(whole), (rows) => {
        expect(expandMetricRows(rows)).toEqual(rows);
      }),
    );
  });
});
