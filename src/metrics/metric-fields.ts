import { z } from 'zod';

/**
 * Printable text of 1 to `max` characters, as names and values of metrics are. A refinement rather than a pattern: a
 * model pays for each word of a schema, and finds nothing in this one.
 */
export const metricText = (max: number): z.ZodString => {
  const printable = new RegExp(`^[^\\u0000-\\u001f\\u007f]{1,${max}}$`);
  return z.string().refine((text) => printable.test(text), `must have 1 to ${max} printable characters`);
};

/** A metric's namespace. */
export const namespaceText = metricText(255);

/** A metric's name. */
export const metricNameText = metricText(255);
