import { describe, expect, it } from 'vitest';
import { chartDrawing } from './chart-drawing.js';

const series = (label: string, values: readonly number[]) => ({
  id: 'm1',
  label,
  statusCode: 'Complete',
  datapoints: values.map((value, index) => ({ timestamp: `2026-11-20T12:0${index}:00Z`, value })),
  messages: [],
});

describe('chartDrawing', () => {
  it('says points in seconds, and moments as texts', () => {
    const lines = [
      { label: 'budget', value: 5 },
      { label: 'deploy', time: new Date('2026-11-20T12:00:30Z') },
    ];
    expect(chartDrawing([series('p99', [1, 2.345_678_912])], lines, 'Seconds')).toEqual({
      series: [
        {
          label: 'p99',
          points: [
            [1_795_176_000, 1],
            [1_795_176_060, 2.345_679],
          ],
        },
      ],
      marks: [
        { label: 'budget', value: 5 },
        { label: 'deploy', time: '2026-11-20T12:00:30Z' },
      ],
      unit: 'Seconds',
    });
  });

  it('stays below 100 KB for as many points as a chart can have', () => {
    const values = Array.from({ length: 180 }, (_, index) => -index * 1.234_567_8e-9);
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...series(`label ${index}`, []),
      datapoints: values.map((value, at) => ({ timestamp: new Date(at * 60_000).toISOString(), value })),
    }));
    const drawn = chartDrawing(many, [], undefined);
    expect(drawn.series).toHaveLength(20);
    expect(Buffer.byteLength(JSON.stringify(drawn))).toBeLessThan(100_000);
  });
});
