import { z } from 'zod';

/** Printable text of 1 to `max` characters, as names and values of metrics are. */
export const metricText = (max: number): z.ZodString =>
  z.string().regex(new RegExp(`^[^\\u0000-\\u001f\\u007f]{1,${max}}$`), `must have 1 to ${max} printable characters`);

/** A metric's namespace. */
export const namespaceText = metricText(255);

/** A metric's name. */
export const metricNameText = metricText(255);
