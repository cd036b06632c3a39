import { z } from 'zod';
import { parseTime } from '../../cloudwatch/time-range.js';
import { InvalidInput } from '../../errors.js';
import { metricText } from '../metric-fields.js';
import type { ChartLine } from './metric-widget.js';

/** A line a caller wants across the chart. */
export const chartLine = z.strictObject({
  label: metricText(100),
  value: z.number().nullish(),
  time: z.string().nullish(),
});

/** @throws InvalidInput naming the line that has no place, or two */
export function chartLines(lines: readonly z.output<typeof chartLine>[], now: Date): readonly ChartLine[] {
  return lines.map(({ label, value, time }, index) => {
    if (value != null && time == null) return { label, value };
    if (time != null && value == null) return { label, time: parseTime(`lines.${index}.time`, time, now) };
    throw new InvalidInput(`lines.${index}`, 'give either value or time');
  });
}
