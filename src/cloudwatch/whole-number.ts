import { z } from 'zod';

/** A whole number between two bounds, both included; one message for every way to miss them. */
export function wholeNumber(min: number, max: number): z.ZodInt {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, error).max(max, error);
}
