import { describe, expect, it } from 'vitest';
import { chartMessage } from './chart-message.js';

const series = (label: string, statusCode = 'Complete', said: readonly string[] = []) => ({
  id: 'm1',
  label,
  statusCode,
  datapoints: [],
  messages: said.map((value) => ({ code: 'Note', value })),
});
const WHOLE = { metricDataResults: [series('a'), series('b')], messages: [], returned: 10, truncated: false };

describe('chartMessage', () => {
  it('is null when nothing is missing', () => {
    expect(chartMessage(WHOLE, undefined)).toBeNull();
  });

  it('says why there is no image', () => {
    expect(chartMessage(WHOLE, 'You may not.')).toBe('No image: You may not.');
  });

  it('says what is missing from the numbers, with an image and without', () => {
    const cut = { ...WHOLE, truncated: true, metricDataResults: [series('a', 'PartialData')] };
    const missing = 'Not all data: the numbers are of the newest 10 points; chart fewer metrics or a shorter time.';
    expect(chartMessage(cut, undefined)).toBe(missing);
    expect(chartMessage(cut, 'You may not.')).toBe(`No image: You may not. ${missing}`);
  });

  it('names some of the series that CloudWatch did not give whole', () => {
    const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const metricDataResults = [series('whole'), ...labels.map((label) => series(label, 'Forbidden'))];
    expect(chartMessage({ ...WHOLE, metricDataResults }, undefined)).toBe(
      'Not all data: CloudWatch did not give all of a (Forbidden), b (Forbidden), c (Forbidden), d (Forbidden), e (Forbidden), 2 more.',
    );
  });

  it('passes on what CloudWatch says of the call and of a series', () => {
    const said = { ...WHOLE, messages: [{ code: 'MaxMetricsExceeded', value: 'Too many.' }] };
    expect(chartMessage({ ...said, metricDataResults: [series('a', 'Complete', ['Odd.'])] }, undefined)).toBe(
      'Not all data: Too many. Odd.',
    );
  });
});
