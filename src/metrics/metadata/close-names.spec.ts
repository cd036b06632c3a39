import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeNames } from './close-names.js';

const METRICS = ['CPUCreditBalance', 'CPUUtilization', 'DiskReadOps', 'NetworkIn', 'NetworkOut', 'NetworkPacketsIn'];

describe('closeNames', () => {
  it.each([
    ['cpuutilization', ['CPUUtilization']],
    ['CpuUtilisation', ['CPUUtilization']],
    ['CPU_Utilization', ['CPUUtilization']],
    ['network_in', ['NetworkIn', 'NetworkOut']],
    ['Network', ['NetworkIn', 'NetworkOut', 'NetworkPacketsIn']],
    ['Temperature', []],
    ['---', []],
    ['', []],
  ])('%j is near %j', (given, near) => {
    expect(closeNames(given, METRICS)).toEqual(near);
  });

  it('gives at most five, the nearest first, and only known names', () => {
    const known = fc.uniqueArray(fc.string({ maxLength: 12 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), known, (given, names) => {
        const near = closeNames(given, names);
        expect(near.length).toBeLessThanOrEqual(5);
        expect(names).toEqual(expect.arrayContaining([...near]));
      }),
    );
  });

  it('finds every name again whose case and punctuation were changed', () => {
    for (const name of METRICS) {
      expect(closeNames(`${name.slice(0, 3)}-${name.slice(3)}`.toUpperCase(), METRICS)[0]).toBe(name);
    }
  });
});
