import { describe, expect, it } from 'vitest';
import { MINIMAL_ENV } from '../../test/support/border-app.js';
import { loadAppConfig } from './app-config.js';

describe('assembleMetrics', () => {
  it('keeps metrics to the metrics port unless told otherwise [D3]', () => {
    expect(loadAppConfig(MINIMAL_ENV).metrics).toEqual({ cloudWatch: false, embedded: false });
    expect(loadAppConfig({ ...MINIMAL_ENV, METRICS_CLOUDWATCH: 'true' }).metrics.cloudWatch).toBe(true);
    expect(loadAppConfig({ ...MINIMAL_ENV, METRICS_EMF: 'TRUE' }).metrics.embedded).toBe(true);
  });

  it('takes true and false only, and warns of counting twice', () => {
    expect(() => loadAppConfig({ ...MINIMAL_ENV, METRICS_CLOUDWATCH: 'yes' })).toThrow(/METRICS_CLOUDWATCH: /);
    const { warnings } = loadAppConfig({ ...MINIMAL_ENV, METRICS_CLOUDWATCH: 'true', METRICS_EMF: 'true' });
    expect(warnings).toContainEqual(expect.stringMatching(/METRICS_CLOUDWATCH and METRICS_EMF .* twice/));
  });
});
