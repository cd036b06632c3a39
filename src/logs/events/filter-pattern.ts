import { z } from 'zod';

const MAX_LENGTH = 1_024;

/** The argument that picks events by their text; AWS applies it, nothing of it runs here. */
export const filterPattern = z
  .string()
  .max(MAX_LENGTH, `must not be longer than ${MAX_LENGTH} characters`)
  .nullish()
  .describe('CloudWatch pattern: ERROR "two words" -debug, { $.status = 500 } or %regex%.');
